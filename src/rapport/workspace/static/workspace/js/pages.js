// What pages outside the inbox share with it: the keys.
import "./single-keys.js";
