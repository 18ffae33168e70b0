// What a page needs on which a letter is written outside of the inbox.
import "./address-field.js";
import "./reply-composer.js";
import "./single-keys.js";
