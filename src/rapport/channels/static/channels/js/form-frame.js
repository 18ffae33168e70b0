/* <form-frame> tells the page around us how high we are, whenever that changes. It says nothing else. */

class FormFrame extends HTMLElement {
  connectedCallback() {
    if (window.parent === window) return;
    this.told = 0;
    this.observer = new ResizeObserver(() => this.tell());
    this.observer.observe(this);
    this.tell("moved" in this.dataset);
  }

  disconnectedCallback() {
    this.observer?.disconnect();
  }

  tell(moved = false) {
    const height = Math.ceil(this.getBoundingClientRect().height) + 32;
    if (height === this.told && !moved) return;
    this.told = height;
    window.parent.postMessage({ rapport: "form", height, moved }, "*");
  }
}

customElements.define("form-frame", FormFrame);
