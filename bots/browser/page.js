// Looks at one document for the bot. Reads only; changes nothing but the token that tells a document from its successor.
(() => {
  if (window.__amtsbote) return;
  const CONTROLS = 'input:not([type=hidden]):not([type=submit]):not([type=button]):not([type=reset]):not([type=image]),' +
    'select,textarea,[contenteditable=true]';
  const clean = (text) => (text || '').replace(/[\s\u00a0]+/g, ' ').trim();
  const label = (text) => clean(text).replace(/[\s:*]+$/, '').toLocaleLowerCase('de');
  const visible = (element) => {
    if (!element.isConnected) return false;
    const style = getComputedStyle(element);
    return style.visibility !== 'hidden' && element.getClientRects().length > 0;
  };
  const ownText = (element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll('select,textarea,option,script,style,button').forEach((inner) => inner.remove());
    return clean(copy.textContent);
  };
  const firstControl = (element) => element && (element.matches(CONTROLS) ? element : element.querySelector(CONTROLS));

  const controlsOfLabel = (element) => {
    const control = element.control || firstControl(element) || document.getElementById(element.htmlFor || '');
    return control ? [control] : [];
  };
  const controlsOfCell = (cell) => {
    if (firstControl(cell)) return [];
    let next = cell.nextElementSibling;
    while (next && !clean(next.textContent) && !firstControl(next)) next = next.nextElementSibling;
    const beside = next && firstControl(next);
    if (beside) return [beside];
    if (cell.tagName === 'TH' && cell.parentElement.querySelectorAll('th').length > 1) return [];
    const below = cell.closest('tr') && cell.closest('tr').nextElementSibling;
    const under = below && below.children[cell.cellIndex];
    const control = !next && under && firstControl(under);
    return control ? [control] : [];
  };
  const textBefore = (control) => {
    let node = control.previousSibling, text = '';
    while (node && !(node.nodeType === 1 && (node.matches(CONTROLS) || /^(BR|DIV|P|TABLE|INPUT)$/.test(node.tagName)))) {
      text = node.textContent + text;
      node = node.previousSibling;
    }
    return label(text);
  };

  const radios = (e) => [...document.querySelectorAll('input[type=radio]')].filter((r) => r.name === e.name && r.form === e.form);

  const byLabel = (wanted) => {
    const names = wanted.map(label);
    const fits = (text) => names.includes(label(text));
    const found = new Set();
    document.querySelectorAll('label').forEach((e) => fits(ownText(e)) && controlsOfLabel(e).forEach((c) => found.add(c)));
    document.querySelectorAll('td,th,dt').forEach((e) => fits(ownText(e)) && controlsOfCell(e).forEach((c) => found.add(c)));
    document.querySelectorAll(CONTROLS).forEach((control) => {
      const referenced = (control.getAttribute('aria-labelledby') || '').split(/\s+/)
        .map((id) => id && document.getElementById(id)).filter(Boolean).map(ownText).join(' ');
      if ([control.getAttribute('aria-label'), referenced, control.title, control.placeholder].some((t) => t && fits(t))
        || fits(textBefore(control))) found.add(control);
    });
    const all = [...found];
    const shown = all.filter(visible);
    return shown.length ? shown : all;
  };

  const headings = (columns) => {
    const wanted = columns.map(label);
    for (const row of document.querySelectorAll('tr')) {
      const texts = [...row.children].map((cell) => label(ownText(cell)));
      if (wanted.every((name) => texts.includes(name))) return { row, places: wanted.map((name) => texts.indexOf(name)) };
    }
    return null;
  };
  const bodyRows = (heading) => {
    const table = heading.row.closest('table');
    const rows = [...table.querySelectorAll('tr')].filter((row) => row.closest('table') === table && row !== heading.row);
    const width = Math.max(...heading.places) + 1;
    return rows.filter((row) => row.children.length >= width
      && (heading.row.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING));
  };

  const one = ([labels, column, row]) => {
    const found = column ? window.__amtsbote.inGrid(column, row) : byLabel(labels);
    return found.length === 1 ? found[0] : null;
  };

  window.__amtsbote = {
    token: null,
    byLabel,
    inGrid: (column, index) => {
      const heading = headings([column]);
      const row = heading && bodyRows(heading).filter((r) => firstControl(r))[index];
      const control = row && firstControl(row.children[heading.places[0]]);
      return control ? [control] : [];
    },
    table: (columns) => {
      const heading = headings(columns);
      return heading && bodyRows(heading).map((row) => heading.places.map((place) => clean(row.children[place].innerText)));
    },
    cell: (columns, index, column) => {
      const heading = headings(columns);
      const row = heading && bodyRows(heading)[index];
      return row ? row.children[heading.places[columns.indexOf(column)]] : null;
    },
    readOnly: (wanted) => {
      const names = wanted.map(label);
      for (const cell of document.querySelectorAll('td,th,dt')) {
        const next = cell.nextElementSibling;
        if (next && names.includes(label(ownText(cell))) && !firstControl(next)) return clean(next.innerText);
      }
      return null;
    },
    rectangles: (patterns) => {
      const tests = patterns.map((pattern) => new RegExp(pattern, 'iu'));
      const hits = (text) => text && tests.some((test) => test.test(text));
      const found = [];
      const add = (rect) => rect.width && rect.height && found.push([rect.x, rect.y, rect.width, rect.height]);
      document.querySelectorAll('input,textarea,select').forEach((control) => {
        const shown = control.tagName === 'SELECT' ? [...control.selectedOptions].map((o) => o.text).join(' ') : control.value;
        if (control.type === 'password' || hits(shown)) add(control.getBoundingClientRect());
      });
      const walker = document.createTreeWalker(document.body || document, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        if (!hits(walker.currentNode.data)) continue;
        const range = document.createRange();
        range.selectNodeContents(walker.currentNode);
        [...range.getClientRects()].forEach(add);
      }
      return found;
    },
    find: (asked) => asked.map(one),
    read: (asked) => asked.map((a) => { const found = one(a); return found && window.__amtsbote.state(found); }),
    only: (found) => (found.length === 1 ? found[0] : found.length),
    state: (e) => {
      const kind = e.tagName === 'INPUT' ? e.type : e.tagName.toLowerCase();
      if (kind === 'select') return [kind, '', [...e.options].map((o) => [o.value, clean(o.text), o.selected])];
      if (kind === 'radio') {
        const named = (r) => [...r.labels].map((l) => clean(l.innerText)).join(' ');
        return [kind, '', radios(e).map((r) => [r.value, named(r), r.checked])];
      }
      if (kind === 'checkbox') return [kind, e.checked ? 'true' : 'false', []];
      if (kind === 'file') return [kind, [...e.files].map((f) => f.name).join(', '), []];
      return [kind, 'value' in e ? e.value : e.innerText, []];
    },
    radio: (e, index) => radios(e)[index],
    glance: () => {
      const meta = document.querySelector('meta[name=amtsbote-gate]');
      const body = document.body ? document.body.innerText || document.body.textContent : '';
      return [clean(document.title) + '\n' + body, meta ? meta.content : '', window.__amtsbote.token];
    },
  };
})()
