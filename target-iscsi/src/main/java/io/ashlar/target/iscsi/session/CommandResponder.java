package io.ashlar.target.iscsi.session;

import io.ashlar.target.iscsi.pdu.BasicHeader;
import io.ashlar.target.iscsi.pdu.DataInPdu;
import io.ashlar.target.iscsi.pdu.ScsiResponsePdu;
import io.ashlar.target.iscsi.scsi.ScsiStatus;
import io.ashlar.target.iscsi.scsi.ScsiTask;
import io.ashlar.target.iscsi.scsi.SenseData;
import io.ashlar.target.iscsi.scsi.TaskCompletion;
import io.netty.buffer.ByteBuf;
import org.agrona.concurrent.UnsafeBuffer;

/// Sends what a command returned: its data, with the good status in the last of them, or its status
/// and sense data.
final class CommandResponder implements TaskCompletion {
  private final Session session;
  private final SessionParameters parameters;
  private final FullFeaturePhase phase;
  private final UnsafeBuffer sense = new UnsafeBuffer(new byte[SenseData.BYTES_MAX]);

  CommandResponder(Session session, SessionParameters parameters, FullFeaturePhase phase) {
    this.session = session;
    this.parameters = parameters;
    this.phase = phase;
  }

  @Override
  public void onTaskDone(ScsiTask task) {
    CommandSlot slot = (CommandSlot) task.owner;
    session.slots().leaveWindow(slot);
    boolean tell = slot.state != CommandState.ABORTING && !phase.connection().isClosed();
    if (tell) {
      respond(slot);
      phase.connection().flushSoon();
    }
    TransferBuffer buffer = slot.buffer;
    slot.buffer = null;
    if (buffer != null) {
      // another session may have withdrawn the command while its data were arriving
      phase.connection().decoder().forget(buffer.bytes);
      giveBack(buffer);
    }
    session.slots().release(slot);
  }

  private void giveBack(TransferBuffer buffer) {
    if (phase.connection().isClosed()) {
      phase.connection().shard().giveBack(buffer);
    } else {
      phase.connection().writer().passOn(buffer);
    }
  }

  private void respond(CommandSlot slot) {
    ScsiTask task = slot.task;
    int inBytes = (int) Math.min(task.dataInBytes, slot.expectedInBytes);
    boolean isGood = task.status == ScsiStatus.GOOD;
    if (isGood && inBytes > 0) {
      sendData(slot, inBytes);
    } else {
      sendResponse(slot);
    }
  }

  /// What the command would move less what the initiator expected; negative for an underflow.
  private static long excess(CommandSlot slot) {
    ScsiTask task = slot.task;
    boolean isGood = task.status == ScsiStatus.GOOD;
    if (slot.expectedInBytes > 0 || task.dataInBytes > 0) {
      return (isGood ? task.dataInBytes : 0) - slot.expectedInBytes;
    }
    return task.dataOutBytes - slot.expectedOutBytes;
  }

  private static int residualFlags(long excess) {
    if (excess == 0) {
      return 0;
    }
    return excess > 0 ? ScsiResponsePdu.OVERFLOW_FLAG : ScsiResponsePdu.UNDERFLOW_FLAG;
  }

  private void sendData(CommandSlot slot, int bytes) {
    TransferBuffer buffer = slot.buffer;
    if (buffer == null) {
      throw new IllegalStateException("a command with data has a buffer");
    }
    PduWriter writer = phase.connection().writer();
    int dataSn = 0;
    for (int sent = 0; sent < bytes; ) {
      int untilBurstEnd = parameters.maxBurstBytes - sent % parameters.maxBurstBytes;
      int length = Math.min(Math.min(bytes - sent, parameters.sendDataSegmentBytes), untilBurstEnd);
      ByteBuf out = writer.roomFor(PduWriter.isCopied(length) ? length : 0);
      int at = appendData(slot, out, dataSn, sent, length, bytes);
      writer.endHeader(out, at);
      writer.data(out, buffer, sent, length);
      sent += length;
      dataSn++;
    }
  }

  /// Adds the header of one Data-In of those that carry `bytes` in all; the last has the status.
  private int appendData(
      CommandSlot slot, ByteBuf out, int dataSn, int offset, int length, int bytes) {
    int end = offset + length;
    boolean endsBurst = end == bytes || end % parameters.maxBurstBytes == 0;
    int flags = endsBurst ? BasicHeader.FINAL_FLAG : 0;
    if (end < bytes) {
      int at = DataInPdu.append(out, flags, dataSn, offset, length);
      BasicHeader.taskTag(out, at, slot.taskTag);
      phase.sequenceWithoutStatus(out, at);
      return at;
    }
    long excess = excess(slot);
    int last = flags | DataInPdu.STATUS_FLAG | residualFlags(excess);
    int at = DataInPdu.append(out, last, dataSn, offset, length);
    BasicHeader.taskTag(out, at, slot.taskTag);
    DataInPdu.status(out, at, slot.task.status, (int) Math.abs(excess));
    phase.sequence(out, at);
    return at;
  }

  private void sendResponse(CommandSlot slot) {
    long excess = excess(slot);
    PduWriter writer = phase.connection().writer();
    ByteBuf out = writer.roomFor(ScsiResponsePdu.SENSE_LENGTH_BYTES + SenseData.BYTES_MAX);
    int at = ScsiResponsePdu.append(out, residualFlags(excess), (int) Math.abs(excess));
    ScsiResponsePdu.status(out, at, slot.task.status);
    ScsiResponsePdu.expDataSn(out, at, slot.r2tCount);
    BasicHeader.taskTag(out, at, slot.taskTag);
    int senseBytes = 0;
    if (slot.task.status == ScsiStatus.CHECK_CONDITION) {
      senseBytes = slot.task.sense.write(sense, 0, session.unit().unit().senseFormat());
      BasicHeader.dataBytes(out, at, ScsiResponsePdu.SENSE_LENGTH_BYTES + senseBytes);
    }
    phase.sequence(out, at);
    writer.endHeader(out, at);
    if (senseBytes > 0) {
      int data = out.writerIndex();
      out.writeShort(senseBytes);
      out.writeBytes(sense.byteArray(), 0, senseBytes);
      writer.endData(out, data);
    }
  }
}
