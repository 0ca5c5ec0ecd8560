package io.ashlar.target.iscsi.session;

import io.ashlar.core.reservation.HostIdentity;
import io.ashlar.target.iscsi.scsi.Nexus;
import org.jspecify.annotations.Nullable;

/// One initiator port's session with one target; it has one connection.
final class Session {
  private final ServedUnit unit;
  private final IscsiConnection connection;
  private final String initiatorName;
  private final long isid;
  private final int tsih;
  private final @Nullable ChapCredential proven;
  private final Nexus nexus;
  private final CommandSlots slots;
  private final TransferShare share = new TransferShare();

  Session(ServedUnit unit, IscsiConnection connection, LoginNegotiation login, int queueDepth) {
    this.unit = unit;
    this.connection = connection;
    this.initiatorName = login.initiatorName();
    this.isid = login.isid();
    this.tsih = unit.newTsih();
    this.proven = login.proven();
    this.nexus = new Nexus(HostIdentity.iscsi(initiatorName, isid));
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

  TransferShare share() {
    return share;
  }

  /// Whether the initiator, with the proof that it gave, might have logged in to this volume too.
  boolean mayUse(ExportedVolume volume) {
    HostAccess access = volume.access().of(initiatorName);
    return access != null && (access.initiator() == null || access.initiator().equals(proven));
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
