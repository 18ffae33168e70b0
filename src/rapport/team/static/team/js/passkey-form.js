// <passkey-form>: asks the browser for a passkey and sends the answer in its form.
//   data-button       id of the button that starts it; it stays hidden where passkeys do not work
//   data-options      id of a JSON script with the server's options, or
//   data-options-url  address to fetch them from
//   data-creates      make a new passkey instead of using one; data-passwordless names a checkbox that says which kind
//   data-shows        id of an element to show together with the button
//   data-failed       what to say when it did not work
class PasskeyForm extends HTMLElement {
  connectedCallback() {
    const button = document.getElementById(this.dataset.button);
    if (!window.PublicKeyCredential) {
      button.hidden = true;
      return;
    }
    button.hidden = false;
    if (this.dataset.shows) document.getElementById(this.dataset.shows).hidden = false;
    button.addEventListener("click", (event) => {
      event.preventDefault();
      this.ask(button);
    });
  }

  async ask(button) {
    const alert = this.querySelector("[role=alert]");
    button.disabled = true;
    alert.hidden = true;
    try {
      const credential = await this.credential(await this.options());
      this.querySelector("[name=credential]").value = JSON.stringify(credential);
      this.querySelector("form").submit();
    } catch (error) {
      // The person closed the browser's dialog, or the device refused: say it where they look, and let them go on.
      console.info("passkey", error);
      alert.textContent = this.dataset.failed;
      alert.hidden = false;
      button.disabled = false;
    }
  }

  async options() {
    if (this.dataset.options) return JSON.parse(document.getElementById(this.dataset.options).textContent);
    const answer = await fetch(this.dataset.optionsUrl, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    return answer.json();
  }

  credential(options) {
    if (!("creates" in this.dataset)) return window.webauthnJSON.get(options.request_options);
    const wanted = structuredClone(options.creation_options);
    const passwordless = document.getElementById(this.dataset.passwordless)?.checked ?? true;
    Object.assign(wanted.publicKey.authenticatorSelection, {
      residentKey: passwordless ? "required" : "discouraged",
      requireResidentKey: passwordless,
      ...(passwordless && { userVerification: "required" }),
    });
    return window.webauthnJSON.create(wanted);
  }
}
customElements.define("passkey-form", PasskeyForm);
