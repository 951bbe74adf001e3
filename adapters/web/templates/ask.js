// Suggestions below the question while somebody types. The page works without.
(() => {
  const field = document.querySelector("[data-suggest]");
  const list = document.getElementById("suggestions");
  const status = document.getElementById("suggestions-status");
  let timer, last = 0;

  const cancel = () => {
    clearTimeout(timer);
    last++;
  };

  const show = (found) => {
    list.replaceChildren(...found.map(({ label, entry }) => {
      const link = document.createElement("a");
      link.href = "/ask?entry=" + encodeURIComponent(entry);
      link.textContent = label;
      const item = document.createElement("li");
      item.append(link);
      return item;
    }));
    list.hidden = found.length === 0;
    status.textContent = found.length === 0 ? "" : found.length + " suggestions below the field. Arrow down goes there.";
  };

  const suggest = async () => {
    const number = ++last;
    if (!field.value.trim()) return show([]);
    try {
      const answer = await fetch(field.dataset.suggest + "?q=" + encodeURIComponent(field.value.slice(-200)));
      const found = answer.ok ? await answer.json() : [];
      if (number === last) show(found);
    } catch {
      if (number === last) show([]);
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, 150);
  });

  field.form.addEventListener("keydown", (event) => {
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "Escape") {
      cancel();
      show([]);
      field.focus();
    } else if (event.key === "ArrowDown" && at + 1 < links.length) {
      event.preventDefault();
      cancel(); // Later suggestions would take the focus away with the link that has it.
      links[at + 1].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault();
      (links[at - 1] ?? field).focus();
    }
  });
})();
