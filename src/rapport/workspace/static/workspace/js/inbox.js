// The inbox's own behaviour, one module an element.
import "./live-inbox.js";
import "./inbox-list.js";
import "./conversation-thread.js";
import "./address-field.js";
import "./reply-composer.js";
import "./macro-picker.js";
import "./mention-list.js";
import "./message-body.js";
import "./message-details.js";
import "./filter-choices.js";
import "./waiting-time.js";
import "./single-keys.js";
import "./changes.js";
import "./filter-builder.js";
import "./many-bar.js";
import "./needed-fields.js";
import "./moment-field.js";
