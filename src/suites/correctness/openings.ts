/** Beginnings of plain text to be continued, of several kinds and scripts; no chat template, so no thinking mode. */
export const OPENINGS: readonly string[] = [
  'The printing press changed Europe because',
  'Once upon a time, in a village at the foot of a mountain,',
  'To bake bread you need flour, water, yeast and salt. First,',
  'The three branches of government are',
  '长江是中国最长的河流，它发源于',
  'function fibonacci(n) {\n  if (n < 2) return n\n',
  'Dear Sir or Madam,\n\nI am writing to',
  '1, 1, 2, 3, 5, 8, 13,',
  'The difference between weather and climate is',
  'In chess, each player begins with',
  'Water boils at a lower temperature on a mountain because',
  '人工智能的发展可以分为以下几个阶段：',
  'SELECT name, price FROM products WHERE',
  'The train left the station at dawn, and',
  'Les saisons de l’année sont',
  '| country | capital |\n|---|---|\n| France | Paris |\n| Japan |',
]
