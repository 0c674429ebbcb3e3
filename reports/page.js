"use strict";
// An enhancement only: without it every result is there and every link works.
const form = document.getElementById("filter");
const articles = [...document.querySelectorAll("article[data-verdict]")];
const status = document.getElementById("shown");
const fields = Object.fromEntries(["words", "verdict", "column"].map((name) => [name, form.elements.namedItem(name)]));
form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", () => {
  const words = fields.words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const article of articles) {
    const text = article.textContent.toLowerCase();
    const shown = words.every((word) => text.includes(word))
      && (!fields.verdict.value || article.dataset.verdict === fields.verdict.value)
      && (!fields.column.value || article.dataset.column === fields.column.value);
    article.hidden = !shown;
    count += shown ? 1 : 0;
  }
  status.textContent = `${count} of ${articles.length} shown`;
});
const reveal = () => {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  const article = target && target.closest("article");
  if (!article) return;
  article.hidden = false;
  for (const details of article.querySelectorAll(":scope > details")) details.open = true;
  article.scrollIntoView();
};
addEventListener("hashchange", reveal);
reveal();
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const details of closed) details.open = true;
});
addEventListener("afterprint", () => { for (const details of closed) details.open = false; });
