package io.ashlar.target.iscsi.session;

import io.ashlar.target.iscsi.pdu.BasicHeader;
import io.ashlar.target.iscsi.pdu.DataOutPdu;
import io.ashlar.target.iscsi.pdu.ReadyToTransferPdu;
import io.ashlar.target.iscsi.pdu.RejectPdu;
import io.ashlar.target.iscsi.pdu.ScsiCommandPdu;
import io.ashlar.target.iscsi.scsi.ScsiStatus;
import io.ashlar.target.iscsi.scsi.Sense;
import io.netty.buffer.ByteBuf;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Takes SCSI commands and their data (RFC 7143 §4.2.5, §11.3, §11.7): immediate, unsolicited, and
/// asked for by R2T, one R2T at a time.
final class CommandReceiver {
  private final Session session;
  private final SessionParameters parameters;
  private final FullFeaturePhase phase;

  /// The command whose PDU is arriving; null if it was refused and its data are dropped.
  private @Nullable CommandSlot arriving;

  CommandReceiver(Session session, SessionParameters parameters, FullFeaturePhase phase) {
    this.session = session;
    this.parameters = parameters;
    this.phase = phase;
  }

  /// A SCSI command's header; its number was accepted.
  void onCommandHeader(ByteBuf header) {
    arriving = null;
    int tag = BasicHeader.taskTag(header);
    String fault = fault(header);
    if (fault != null) {
      phase.protocolError(header, fault);
      return;
    }
    if (session.slots().find(tag) != null) {
      phase.connection().reject(header, RejectPdu.TASK_IN_PROGRESS);
      return;
    }
    CommandSlot slot =
        session.slots().acquire(tag, BasicHeader.lun(header), BasicHeader.isImmediate(header));
    if (slot == null) {
      phase.connection().reject(header, RejectPdu.TOO_MANY_IMMEDIATE_COMMANDS);
      return;
    }
    admit(header, slot);
  }

  /// What is wrong with the command's immediate data; null if nothing is.
  private @Nullable String fault(ByteBuf header) {
    int immediate = BasicHeader.dataBytes(header);
    boolean writes = ScsiCommandPdu.isWrite(header);
    if (immediate > 0 && !writes) {
      return "a command that does not write carries data";
    }
    if (immediate > 0 && !parameters.immediateData) {
      return "immediate data were not agreed on";
    }
    if (immediate > parameters.firstBurstBytes
        || immediate > ScsiCommandPdu.expectedTransferBytes(header)) {
      return "more immediate data than allowed";
    }
    if (!BasicHeader.isFinal(header) && (!writes || parameters.initialR2t)) {
      return "unsolicited data were not agreed on";
    }
    return null;
  }

  private void admit(ByteBuf header, CommandSlot slot) {
    slot.task.cdb.putLong(0, ScsiCommandPdu.cdbWord(header, 0), ByteOrder.BIG_ENDIAN);
    slot.task.cdb.putLong(8, ScsiCommandPdu.cdbWord(header, 8), ByteOrder.BIG_ENDIAN);
    long expected = ScsiCommandPdu.expectedTransferBytes(header);
    slot.expectedOutBytes = ScsiCommandPdu.isWrite(header) ? expected : 0;
    slot.task.expectedOutBytes = slot.expectedOutBytes;
    slot.expectedInBytes = ScsiCommandPdu.isRead(header) ? expected : 0;
    if (!session.unit().unit().admit(slot.task, session.nexus(), slot.lun)) {
      return;
    }
    slot.wantedBytes = (int) Math.min(slot.task.dataOutBytes, slot.expectedOutBytes);
    boolean goesOn = !BasicHeader.isFinal(header);
    int burst = (int) Math.min(slot.expectedOutBytes, parameters.firstBurstBytes);
    slot.burstEndBytes = goesOn ? burst : BasicHeader.dataBytes(header);
    int room = Math.max(Math.max(slot.burstEndBytes, slot.task.dataOutBytes), slot.task.room);
    if (room > 0 && !giveBuffer(slot, room)) {
      slot.task.refuse(ScsiStatus.TASK_SET_FULL);
      return;
    }
    slot.state = CommandState.RECEIVING_UNSOLICITED;
    arriving = slot;
    receive(header, slot);
  }

  private boolean giveBuffer(CommandSlot slot, int room) {
    TransferBuffer buffer = phase.connection().shard().acquire(room, session);
    if (buffer == null) {
      return false;
    }
    slot.buffer = buffer;
    slot.task.data.wrap(buffer.memory, 0, room);
    return true;
  }

  private void receive(ByteBuf header, CommandSlot slot) {
    TransferBuffer buffer = slot.buffer;
    if (buffer != null && BasicHeader.dataBytes(header) > 0) {
      phase.connection().decoder().receiveInto(buffer.bytes, slot.receivedBytes);
    }
  }

  /// A SCSI command's immediate data are here, if it has any.
  void onCommandPdu(ByteBuf header) {
    CommandSlot slot = arriving;
    arriving = null;
    if (slot != null && slot.isReceiving()) {
      slot.receivedBytes = BasicHeader.dataBytes(header);
      if (BasicHeader.isFinal(header)) {
        continueOrRun(slot);
      }
    }
  }

  /// A Data-Out's header. Data for a command that is not there (any more) are dropped: it was
  /// refused or withdrawn while they were on their way.
  void onDataHeader(ByteBuf header) {
    arriving = null;
    CommandSlot slot = session.slots().find(BasicHeader.taskTag(header));
    if (slot == null || !slot.isReceiving() || !isForPresentBurst(header, slot)) {
      return;
    }
    boolean inOrder =
        DataOutPdu.dataSn(header) == slot.nextDataSn
            && DataOutPdu.bufferOffset(header) == slot.receivedBytes
            && BasicHeader.dataBytes(header) <= slot.burstEndBytes - slot.receivedBytes;
    if (!inOrder) {
      phase.connection().reject(header, RejectPdu.PROTOCOL_ERROR);
      slot.state = CommandState.EXECUTING;
      slot.task.fail(Sense.INCORRECT_AMOUNT_OF_DATA);
      return;
    }
    arriving = slot;
    receive(header, slot);
  }

  private static boolean isForPresentBurst(ByteBuf header, CommandSlot slot) {
    int tag = BasicHeader.transferTag(header);
    return slot.state == CommandState.RECEIVING_SOLICITED
        ? tag == slot.transferTag
        : tag == BasicHeader.RESERVED_TAG;
  }

  /// A Data-Out's data are here.
  void onDataPdu(ByteBuf header) {
    CommandSlot slot = arriving;
    arriving = null;
    if (slot == null || !slot.isReceiving()) {
      return;
    }
    slot.receivedBytes += BasicHeader.dataBytes(header);
    slot.nextDataSn++;
    boolean filled = slot.receivedBytes == slot.burstEndBytes;
    boolean solicited = slot.state == CommandState.RECEIVING_SOLICITED;
    if (BasicHeader.isFinal(header) && solicited && !filled) {
      slot.state = CommandState.EXECUTING;
      slot.task.fail(Sense.INCORRECT_AMOUNT_OF_DATA);
    } else if (BasicHeader.isFinal(header)) {
      continueOrRun(slot);
    }
  }

  private void continueOrRun(CommandSlot slot) {
    if (slot.receivedBytes < slot.wantedBytes) {
      askForData(slot);
      return;
    }
    slot.state = CommandState.EXECUTING;
    slot.task.dataOutReceived = slot.wantedBytes;
    session.unit().unit().execute(slot.task);
  }

  private void askForData(CommandSlot slot) {
    int bytes = Math.min(slot.wantedBytes - slot.receivedBytes, parameters.maxBurstBytes);
    slot.state = CommandState.RECEIVING_SOLICITED;
    slot.burstEndBytes = slot.receivedBytes + bytes;
    slot.nextDataSn = 0;
    PduWriter writer = phase.connection().writer();
    ByteBuf out = writer.roomFor(0);
    int at = ReadyToTransferPdu.append(out, slot.r2tCount, slot.receivedBytes, bytes);
    slot.r2tCount++;
    BasicHeader.lun(out, at, slot.lun);
    BasicHeader.taskTag(out, at, slot.taskTag);
    BasicHeader.transferTag(out, at, slot.newTransferTag());
    phase.sequenceWithoutStatus(out, at);
    writer.endHeader(out, at);
    phase.connection().flushSoon();
  }
}
