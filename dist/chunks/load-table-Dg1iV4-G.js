import{o as e}from"./rolldown-runtime-_8HjFqer.js";import{t}from"./cli-table3-C1wIW019.js";var n=/* @__PURE__ */ e(t(),1);const r=[{metric:`ttft.token.p50`,heading:`TTFT p50
ms`},{metric:`tpot.p50`,heading:`TPOT p50
ms`},{metric:`itl.p50`,heading:`ITL p50
ms`},{metric:`itl.p99`,heading:`ITL p99
ms`},{metric:`e2el.p50`,heading:`E2EL p50
ms`},{metric:`output-tokens-per-second`,heading:`output
tok/s`}];function i(e){let t=new n.default({head:[`concurrency`,`requests
ok/failed`,...r.map(e=>e.heading),`valid`],colAligns:[`right`,`right`,...r.map(()=>`right`),`left`],style:{head:[],border:[],compact:!0}});for(let n of e.points)t.push(a(n));let i=[`${e.model} at ${e.url}: ${e.inputTokens} tokens in, ${e.outputTokens} out, seed ${e.seed}`,t.toString()];e.points.some(e=>r.some(({metric:t})=>o(e,t)===null))&&i.push(`–: too few samples (a p99 needs 459)`);for(let t of e.points)for(let e of t.invalid)i.push(`invalid at concurrency ${t.concurrency}: ${c(e)}`);for(let t of e.remarks)i.push(`remark: ${c(t)}`);return e.interrupted&&i.push(`interrupted: the remaining load points were not measured`),i.join(`
`)}function a(e){let t=Object.values(e.failed).reduce((e,t)=>e+t,0);return[`${e.concurrency}`,`${e.succeeded}/${t}`,...r.map(({metric:t})=>s(o(e,t))),e.invalid.length===0?`yes`:`NO`]}function o(e,t){return e.metrics.find(e=>e.name===t)?.value??null}function s(e){return e===null?`–`:e.toFixed(e<10?2:+(e<100))}function c(e){return e.replace(/[\u0000-\u001f\u007f-\u009f]/g,` `)}export{i as formatLoadTable};