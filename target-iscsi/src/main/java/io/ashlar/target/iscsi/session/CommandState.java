package io.ashlar.target.iscsi.session;

/// Where a command slot is.
enum CommandState {
  /// Holds no command.
  FREE,
  /// Takes unsolicited data, until a Data-Out says that it is the last.
  RECEIVING_UNSOLICITED,
  /// Takes the data that an R2T asked for.
  RECEIVING_SOLICITED,
  /// Is with the unit; the unit's completion moves it on.
  EXECUTING,
  /// Was withdrawn while the unit had it; the unit's completion frees it.
  ABORTING
}
