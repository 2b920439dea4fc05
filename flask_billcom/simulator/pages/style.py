"""How the page looks, and the little script that posts its forms and buttons."""

from __future__ import annotations

from typing import Final

__all__ = ["SCRIPT", "STYLE"]

STYLE: Final = """
:root{--ink:#1f2933;--soft:#52606d;--line:#d9e2ec;--page:#f5f7fa;--card:#fff;--act:#0b5c8a;--in:#1a7f5a;--out:#b54708;
--bad:#b42318}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;margin:0;color:var(--ink);background:var(--page)}
main{max-width:72rem;margin:0 auto;padding:1rem}
h1{font-size:1.35rem;margin:.5rem 0 1rem}h2{font-size:1.05rem;margin:0 0 .75rem}
a{color:var(--act)}
section,details{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1rem;margin:0 0 1rem}
summary{cursor:pointer}summary h2{display:inline;margin:0}details[open] summary{margin-bottom:.75rem}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin:0 0 1rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.75rem;margin-bottom:1rem}
.tile{border:1px solid var(--line);border-radius:.5rem;padding:.6rem .7rem;overflow-wrap:anywhere}
.tile span{display:block;color:var(--soft);font-size:.85rem}
.tile strong{font-size:1.02rem;font-variant-numeric:tabular-nums;font-weight:600}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line);vertical-align:top;white-space:nowrap}
th{color:var(--soft);font-weight:600}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.none{color:var(--soft);margin:.25rem 0}
.bad{color:var(--bad);font-weight:600}
.now{font-size:1.15rem;margin:0 0 .25rem}.soft{color:var(--soft);margin:0 0 .75rem}
button{font:inherit;min-height:2.4rem;padding:.25rem .9rem;margin:0 .4rem .4rem 0;border:1px solid var(--act);
border-radius:.35rem;background:#fff;color:var(--act);cursor:pointer}
button:hover,button:focus-visible{background:var(--act);color:#fff}
form{display:flex;flex-wrap:wrap;gap:.5rem .75rem;align-items:end;margin:.25rem 0 .75rem}
label{display:flex;flex-direction:column;font-size:.85rem;color:var(--soft);min-width:8rem;flex:1 1 8rem;
max-width:20rem}
input,select{font:inherit;color:var(--ink);min-height:2.4rem;padding:.25rem .5rem;border:1px solid #9fb3c8;
border-radius:.35rem;background:#fff;width:100%}
form button{margin:0}
.switches{display:grid;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:.25rem 1rem}
.switches form{flex-wrap:nowrap}.switches label{max-width:none}
svg{display:block;width:100%;height:auto}.chart{min-width:36rem}
.late{direction:rtl}.late svg{direction:ltr}
h2.next{margin-top:1.25rem}
.key i{display:inline-block;width:.8em;height:.8em;border-radius:.15em;margin:0 .35em 0 .9em}
#said{position:fixed;left:0;right:0;bottom:0;margin:0;padding:.6rem 1rem;background:var(--bad);color:#fff}
#said:empty{display:none}
@media (max-width:40rem){main{padding:.6rem}section,details{padding:.75rem}h1{font-size:1.15rem}
th,td{padding:.25rem .35rem}table{font-size:.86rem}
label{max-width:none}.tiles{grid-template-columns:1fr 1fr}.tile strong{font-size:1.05rem}}
"""
SCRIPT: Final = """
const said = document.getElementById("said");
async function post(path, body) {
  const answer = await fetch(path, {method: "POST", body: JSON.stringify(body)});
  const told = await answer.json();
  if (told.error) { said.textContent = told.error; return; }
  location.reload();
}
for (const button of document.querySelectorAll("button[data-path]")) {
  button.addEventListener("click", () => {
    if (button.dataset.ask && !confirm(button.dataset.ask)) return;
    post(button.dataset.path, JSON.parse(button.dataset.body));
  });
}
for (const form of document.querySelectorAll("form[data-path]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    let body = {};
    try {
      for (const field of form.elements) {
        if (!field.name || field.value === "") continue;
        const kind = field.dataset.kind;
        if (kind === "more") Object.assign(body, JSON.parse(field.value));
        else if (kind === "json") body[field.name] = JSON.parse(field.value);
        else body[field.name] = kind === "number" ? Number(field.value) : field.value;
      }
    } catch (error) { said.textContent = "That is not JSON: " + error.message; return; }
    post(form.dataset.path, body);
  });
}
for (const part of document.querySelectorAll("details[id]")) {
  part.open = sessionStorage.getItem(part.id) === "open";
  part.addEventListener("toggle", () => sessionStorage.setItem(part.id, part.open ? "open" : ""));
}
"""
