package io.ashlar.target.iscsi.session;

import io.ashlar.target.iscsi.scsi.Nexus;

/// One initiator port's session with one target; it has one connection.
final class Session {
  private final ServedUnit unit;
  private final IscsiConnection connection;
  private final String initiatorName;
  private final long isid;
  private final int tsih;
  private final Nexus nexus;
  private final CommandSlots slots;

  Session(ServedUnit unit, IscsiConnection connection, LoginNegotiation login, int queueDepth) {
    this.unit = unit;
    this.connection = connection;
    this.initiatorName = login.initiatorName();
    this.isid = login.isid();
    this.tsih = unit.newTsih();
    this.nexus = new Nexus("%s,i,0x%012x".formatted(initiatorName, isid));
    this.slots = new CommandSlots(queueDepth);
  }

  ServedUnit unit() {
    return unit;
  }

  IscsiConnection connection() {
    return connection;
  }

  String initiatorName() {
    return initiatorName;
  }

  long isid() {
    return isid;
  }

  int tsih() {
    return tsih;
  }

  Nexus nexus() {
    return nexus;
  }

  CommandSlots slots() {
    return slots;
  }

  /// Ends the session from this side: its tasks are withdrawn and its connection is closed.
  void end(String reason) {
    leave();
    connection.close(reason);
  }

  /// Takes the session off its unit; nothing happens the second time.
  void leave() {
    slots.abortAll();
    unit.remove(this);
  }
}
