package io.ashlar.target.iscsi.session;

/// Which command numbers the initiator may use (RFC 7143 §4.2.2.1). With one connection, commands
/// arrive in the order of their numbers.
final class CommandWindow {
  /// What to do with a command's number.
  enum Verdict {
    /// It is the next.
    NEXT,
    /// It is outside the window: the command must be ignored silently.
    IGNORE,
    /// It is within the window, and others before it are missing that can no longer come.
    GAP
  }

  private final CommandSlots slots;
  private int expCmdSn;

  CommandWindow(int firstCmdSn, CommandSlots slots) {
    this.expCmdSn = firstCmdSn;
    this.slots = slots;
  }

  Verdict judge(int cmdSn) {
    if (cmdSn == expCmdSn && slots.room() > 0) {
      return Verdict.NEXT;
    }
    int ahead = cmdSn - expCmdSn;
    return ahead > 0 && ahead < slots.room() ? Verdict.GAP : Verdict.IGNORE;
  }

  /// Takes the next number.
  void advance() {
    expCmdSn++;
  }

  int expCmdSn() {
    return expCmdSn;
  }

  /// Grows by one when a command is taken and again when it ends, so it never shrinks.
  int maxCmdSn() {
    return expCmdSn + slots.room() - 1;
  }
}
