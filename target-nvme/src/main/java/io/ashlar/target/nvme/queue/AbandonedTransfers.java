package io.ashlar.target.nvme.queue;

import io.ashlar.target.nvme.pdu.TermReason;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/// Transfers of one queue whose command ended before its host had sent all that an R2T asked for.
/// The rest may still come, or never: it is dropped, and the command's slot serves others
/// meanwhile. Aborts are rare, and may cost an object.
final class AbandonedTransfers {
  private final int transfersMax;
  private final ArrayDeque<HostTransfer> transfers = new ArrayDeque<>();

  /// @param transfersMax how many to remember; the oldest is forgotten first
  AbandonedTransfers(int transfersMax) {
    this.transfersMax = transfersMax;
  }

  /// Remembers a transfer.
  void add(HostTransfer transfer) {
    if (transfers.size() == transfersMax) {
      transfers.remove();
    }
    transfers.add(transfer);
  }

  /// This tag is about to name another transfer.
  void forget(int tag) {
    if (transfers.isEmpty()) {
      return;
    }
    for (Iterator<HostTransfer> all = transfers.iterator(); all.hasNext(); ) {
      if (all.next().tag() == tag) {
        all.remove();
      }
    }
  }

  /// Takes the header of data for no command under way.
  ///
  /// @return what is wrong with it; null if it is of a remembered transfer, and to be dropped
  @Nullable TermReason onData(DirectBuffer header, int offset, int dataBytes) {
    for (Iterator<HostTransfer> all = transfers.iterator(); all.hasNext(); ) {
      HostTransfer transfer = all.next();
      if (transfer.isNamedBy(header, offset)) {
        TermReason wrong = transfer.onData(header, offset, dataBytes);
        if (transfer.isComplete()) {
          all.remove();
        }
        return wrong;
      }
    }
    return TermReason.SEQUENCE_ERROR;
  }
}
