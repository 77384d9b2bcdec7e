//! Behaviour that all commands share: help, settings, streams, and the commands without a module of their own.

mod commands;
mod flags;
mod names;
mod settings;
mod streams;
