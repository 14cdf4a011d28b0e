/** The entry of server.html. */
import { waitForPage } from "./server-frame";

waitForPage(window);
