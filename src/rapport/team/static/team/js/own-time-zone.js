// <own-time-zone>: chooses the time zone of this browser in the select it holds, unless a person chose another one.
class OwnTimeZone extends HTMLElement {
  connectedCallback() {
    const select = this.querySelector("select");
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (select.value === "UTC" && [...select.options].some((option) => option.value === zone)) select.value = zone;
  }
}
customElements.define("own-time-zone", OwnTimeZone);
