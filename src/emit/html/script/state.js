// State of the page, in the address after `#`: `#section?key=value&…`, so that a link restores it, from disk, too.
// Nothing is stored anywhere else.

const state = (() => {
  let section = "";
  let values = new URLSearchParams();
  const listeners = [];

  function read() {
    const [name, query = ""] = location.hash.slice(1).split(/\?(.*)/s);
    section = name;
    values = new URLSearchParams(query);
  }

  function address() {
    const query = values.toString();
    return `#${section}${query ? `?${query}` : ""}`;
  }

  function write() {
    try {
      history.replaceState(null, "", address());
    } catch {
      // Some browsers do not allow changes of a file's address; the page works without them.
    }
  }

  addEventListener("hashchange", () => {
    read();
    listeners.forEach((listener) => listener());
  });
  read();

  return {
    get: (key) => values.get(key) ?? "",
    list: (key) => (values.get(key) ?? "").split(",").filter(Boolean),
    section: () => section,
    goTo(name) {
      section = name;
      write();
    },
    /** Changes some keys; an empty value removes its key. */
    set(changes) {
      for (const [key, value] of Object.entries(changes)) {
        if (value === "" || value === undefined) values.delete(key);
        else values.set(key, value);
      }
      write();
    },
    /** Returns the address of a section with these keys only. */
    link(name, changes) {
      const query = new URLSearchParams(changes).toString();
      return `#${name}${query ? `?${query}` : ""}`;
    },
    /** Registers a function that is called after a link within the page was followed. */
    onLink: (listener) => listeners.push(listener),
  };
})();

