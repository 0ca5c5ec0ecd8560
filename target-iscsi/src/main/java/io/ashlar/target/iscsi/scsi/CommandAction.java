package io.ashlar.target.iscsi.scsi;

/// What a command does once admitted and its data are there; or what it does next.
@FunctionalInterface
interface CommandAction {
  void run(ScsiTask task);
}
