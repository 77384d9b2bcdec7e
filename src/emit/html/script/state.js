// What is shown, as the part of the address behind `#`: `#section?key=value&…`, so that a link leads to it again, from
// disk too. Nothing is kept anywhere else.

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
      // Some browsers allow no change of a file's address; what is shown does not depend on it.
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
    /** Changes some keys; an empty value takes one away. */
    set(changes) {
      for (const [key, value] of Object.entries(changes)) {
        if (value === "" || value === undefined) values.delete(key);
        else values.set(key, value);
      }
      write();
    },
    /** The address with some keys changed and all others left out. */
    link(name, changes) {
      const query = new URLSearchParams(changes).toString();
      return `#${name}${query ? `?${query}` : ""}`;
    },
    /** Calls a function when a link within the page was followed. */
    onLink: (listener) => listeners.push(listener),
  };
})();

