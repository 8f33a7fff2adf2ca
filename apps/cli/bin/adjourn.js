#!/usr/bin/env node
// Stands here before anything is built, so that an install can link it.
import "../dist/main.js";
