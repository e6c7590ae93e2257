/** The words that the toy model knows whole. Everything else is spelt from pieces, letters and bytes. */
export const WORDS: readonly string[] = `
a able about above across act add after again against age ago air all almost alone along already also although always
among an and animal another answer any anything appear apply are area arm around arrive art as ask at away back bad
balance bank base be beach bear beautiful because become bed been before begin behind believe below best better between
big bird black block blood blue boat body bone book both bottom box boy branch bread break bridge bright bring broad
brother brown build burn bus business but buy by calculate call came can capital car care carry case cat catch cause
center century certain chair chance change check child choice choose church circle city class clean clear climb clock
close cloth cloud coast code cold collect colour come common compare complete compute computer condition consider contain
continue control cook cool copy corn correct cost could count country course cover create cross crowd cry current cut
dance dark data day dead deal dear decide deep degree depend describe desert design detail device did differ difference
difficult dinner direct discover distance divide do doctor does dog done door double down draw dream dress drink drive
drop dry during each early earth east easy eat edge effect egg either electric else end energy engine enough enter equal
error even evening event ever every exact exactly example except excite exercise expect explain eye face fact fall family
famous far farm fast father fear feel few field fight figure fill final find fine finger finish fire first fish five
floor flow flower fly follow following food foot for force foreign forest forget form forward found four free fresh
friend from front fruit full function game garden gas gave gentle get girl give glass go gold gone good grand grass gray
great green ground group grow guess had half hand happen happy hard has hat have he head hear heart heat heavy held help
her here high hill him his history hold hole home hope horse hot hour house how however human hundred hurry ice idea if
important in inch include increase indeed information inside instead integer interest into iron is island it item its job
join jump just keep key kind king kitchen knew know known lady lake land language large last late later laugh lay lead
learn least leave left less let letter level lie life light like line list listen little live load local logic long look
lost lot love low machine made main make man many map mark market matter may me mean measure meat meet memory men method
middle might mile milk million mind minute miss model modern moment money month moon more morning most mother motion
mountain mouth move much multiply music must my name nation near need neighbour network never new next night no noise nor
north nose not note nothing notice noun now number object observe ocean of off offer office often oil old on once one
only open operate opposite or orange order other our out outside over own page paint pair paper parameter parent part
pass past path pattern pay peace people perhaps period person phrase picture piece place plain plan plane planet plant
play please plus point poor population port position possible power practice prepare present press pretty print problem
process produce product program proper protect prove provide pull purpose push put quart question quick quiet quite radio
rain raise ran range rather reach read ready real reason receive record red region remember repeat reply report request
require rest result return rich ride right ring rise river road rock roll room root rope round row rule run safe said sail
salt same sand save saw say school science sea search season seat second secret section see seed seem select sell send
sense sentence separate serve server set settle seven several shall shape share sharp she ship shoe shop short should
shoulder shout show side sight sign silent silver similar simple since sing sister sit six size skill skin sky sleep slip
slow small smell smile snow so soft soil soldier solution solve some son song soon sound south space speak special speech
speed spell spend spoke spot spread spring square stand star start state station stay steam steel step still stone stop
store story straight strange stream street string strong student study subject substance subtract such sudden sugar
suggest sum summer sun supply support sure surface surprise swim system table tail take talk tall teach team tell ten term
test text than thank that the their them then there these they thick thin thing think third this those though thought
thousand three through throw thus tie time tiny tire to today together token told tone too tool tooth top total touch
toward town track trade train travel tree triangle trip trouble truck true try turn twenty two type under unit until up
upon us use user usual valley value vary verb very view village visit voice vowel wait walk wall want war warm was wash
watch water wave way we wear weather week weight well went were west what wheel when where whether which while white who
whole whose why wide wife wild will win wind window winter wire wish with woman wonder wood word work world would write
wrong yard year yellow yes yet you young your zero
`
  .trim()
  .split(/\s+/)

/** Beyond ASCII, so that healthy text has characters of two, three and four bytes in it. */
export const FOREIGN_WORDS: readonly string[] =
  'café naïve über façade señor Zürich Köln déjà – — … ’ “ ” × ≤ → 你好 世界 数据 模型 测试 答案 问题 天气 北京 こんにちは мир 🙂 🚀'.split(
    ' ',
  )

/** Frequent Chinese characters that are one token each; others are spelt in bytes. */
export const CHINESE_CHARACTERS: readonly string[] = [
  ...'的一是不了在人有我他这中大来上个国到说们为子和你地出会也时要就可以对生能而去过得里后小么之心多天看用问答请数字中文世界模型测试据气北京上海如果因此',
]
