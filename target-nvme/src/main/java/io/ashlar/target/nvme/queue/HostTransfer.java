package io.ashlar.target.nvme.queue;

import io.ashlar.target.nvme.pdu.DataPdu;
import io.ashlar.target.nvme.pdu.PduHeader;
import io.ashlar.target.nvme.pdu.TermReason;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/// What is left of a transfer whose command has ended, and the rules of every transfer that an R2T
/// asked for (TCP 1.0, 3.3.2.2).
final class HostTransfer {
  private final int tag;
  private final int commandId;
  private final int lengthBytes;
  private int receivedBytes;

  HostTransfer(int tag, int commandId, int receivedBytes, int lengthBytes) {
    this.tag = tag;
    this.commandId = commandId;
    this.receivedBytes = receivedBytes;
    this.lengthBytes = lengthBytes;
  }

  int tag() {
    return tag;
  }

  boolean isNamedBy(DirectBuffer header, int offset) {
    return tag == DataPdu.transferTag(header, offset)
        && commandId == DataPdu.commandId(header, offset);
  }

  boolean isComplete() {
    return receivedBytes == lengthBytes;
  }

  /// Takes the header of some more of it.
  ///
  /// @return what is wrong with it, or null
  @Nullable TermReason onData(DirectBuffer header, int offset, int dataBytes) {
    TermReason wrong = fault(header, offset, dataBytes, receivedBytes, lengthBytes);
    if (wrong == null) {
      receivedBytes += dataBytes;
    }
    return wrong;
  }

  /// What is wrong with an H2CData header after so many of so many bytes, or null.
  static @Nullable TermReason fault(
      DirectBuffer header, int offset, int dataBytes, int receivedBytes, int lengthBytes) {
    if (DataPdu.dataOffset(header, offset) != receivedBytes) {
      return TermReason.TRANSFER_OUT_OF_RANGE;
    }
    if (dataBytes == 0 || dataBytes > lengthBytes - receivedBytes) {
      return TermReason.TRANSFER_LIMIT_EXCEEDED;
    }
    boolean last = (PduHeader.flags(header, offset) & PduHeader.FLAG_LAST) != 0;
    return last == (receivedBytes + dataBytes == lengthBytes) ? null : TermReason.SEQUENCE_ERROR;
  }
}
