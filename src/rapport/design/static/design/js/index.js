// Every custom element and page-wide behaviour. Each module stands alone; rooms bring their own.
import "./theme.js";
import "./time.js";
import "./toasts.js";
import "./menus.js";
import "./dialogs.js";
import "./copying.js";
import "./offline.js";
import "./forms.js";
import "./requests.js";
import "./sending.js";
import "./notice-bell.js";
import "./command-bar.js";
