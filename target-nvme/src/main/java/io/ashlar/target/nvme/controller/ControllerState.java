package io.ashlar.target.nvme.controller;

/// The life of a controller.
enum ControllerState {
  /// Connected; properties may be read and written, nothing else.
  DISABLED,
  /// CC.EN is set and the configuration is sound: all commands are taken.
  READY,
  /// The host's configuration was not sound; only a reset helps.
  FAILED,
  /// The host said it is leaving. Nothing is left to be flushed: every ack was durable.
  SHUT_DOWN,
  /// No longer part of its subsystem; its connections are closing.
  GONE
}
