package io.ashlar.target.iscsi.scsi;

import org.agrona.DirectBuffer;

/// One supported command.
///
/// @param serviceAction its service action, or [#NO_SERVICE_ACTION]
/// @param usage which bits of its CDB may be set
/// @param transfer what moves
/// @param length where the CDB has the allocation or parameter list length
/// @param reservations what reservations do to it
/// @param action what it does
record CommandDescriptor(
    int serviceAction,
    CdbUsage usage,
    Transfer transfer,
    LengthField length,
    ReservationClass reservations,
    CommandAction action) {
  static final int NO_SERVICE_ACTION = -1;

  /// A command whose length, if any, is a number of blocks.
  static CommandDescriptor of(
      String usage, Transfer transfer, ReservationClass reservations, CommandAction action) {
    return new CommandDescriptor(
        NO_SERVICE_ACTION, new CdbUsage(usage), transfer, LengthField.NONE, reservations, action);
  }

  /// The same command, with parameter data of the length that this field tells.
  CommandDescriptor withLength(int offset, int bytes) {
    LengthField field = new LengthField(offset, bytes);
    return new CommandDescriptor(serviceAction, usage, transfer, field, reservations, action);
  }

  /// The same command, as a service action of its opcode.
  CommandDescriptor asServiceAction(int value) {
    return new CommandDescriptor(
        value, usage.withServiceAction(value), transfer, length, reservations, action);
  }

  /// The same CDB, with another action.
  CommandDescriptor doing(CommandAction other) {
    return new CommandDescriptor(serviceAction, usage, transfer, length, reservations, other);
  }

  int opcode() {
    return usage.opcode();
  }

  boolean hasServiceAction() {
    return serviceAction != NO_SERVICE_ACTION;
  }

  /// The first byte of `cdb` that has a bit set which means nothing, or -1.
  int firstReservedByteSet(DirectBuffer cdb) {
    return usage.firstReservedByteSet(cdb, hasServiceAction());
  }
}
