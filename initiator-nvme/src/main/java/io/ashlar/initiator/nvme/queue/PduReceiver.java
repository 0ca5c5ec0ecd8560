package io.ashlar.initiator.nvme.queue;

import io.ashlar.initiator.nvme.wire.DataTransfer;
import io.ashlar.initiator.nvme.wire.FatalError;
import io.ashlar.initiator.nvme.wire.PduHeader;
import io.ashlar.initiator.nvme.wire.PduLayout;
import io.ashlar.initiator.nvme.wire.PduType;
import io.ashlar.initiator.nvme.wire.TerminateRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// The receiving half of a connection: splits the stream into PDUs, proves each header before
/// anyone believes it, and streams data into its command's buffer.
final class PduReceiver {
  private static final int IN_BYTES = 512 * 1024;

  /// What the stream goes on with.
  private enum Awaiting {
    /// A whole header, its digest, and padding up to the data.
    HEADER,
    /// Data of the C2HData at hand.
    DATA,
    /// The digest of the data that just ended.
    DATA_DIGEST,
    /// Nothing: the connection failed.
    NOTHING
  }

  /// Who is told of what was received.
  interface Listener {
    /// A proved header of a PDU without data; valid during the call.
    void onPdu(int type, ByteBuffer in, int at);

    /// A proved header of a C2HData.
    ///
    /// @return the command whose buffer takes the data, or null if the connection failed over it
    @Nullable HostCommand onDataStart(ByteBuffer in, int at);

    /// The C2HData's data is complete.
    void onDataEnd(HostCommand command, int flags);

    /// The PDU at `at` breaks the protocol.
    void onViolation(FatalError error, int fieldOffset, int at, String sentence);
  }

  private final ByteBuffer in = ByteBuffer.allocateDirect(IN_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final PduLayout layout;
  private final Listener listener;
  private Awaiting awaiting = Awaiting.HEADER;
  private int at;
  private @Nullable HostCommand command;
  private int dataFlags;
  private int dataOffset;
  private int dataEnd;
  private int dataStart;

  PduReceiver(PduLayout layout, Listener listener) {
    this.layout = layout;
    this.listener = listener;
  }

  /// Reads once from the socket and handles what came.
  ///
  /// @return bytes read, or -1 when the peer closed
  int receive(HostSocket socket) throws IOException {
    int read = socket.read(in);
    if (read <= 0) {
      return read;
    }
    while (step()) {
      // Each step consumes one part of the stream.
    }
    makeRoom();
    return read;
  }

  /// Ignores the rest of the stream.
  void stop() {
    awaiting = Awaiting.NOTHING;
  }

  /// The bytes at hand, for a complaint about them.
  ByteBuffer bytes() {
    return in;
  }

  int available(int from) {
    return in.position() - from;
  }

  private boolean step() {
    return switch (awaiting) {
      case HEADER -> header();
      case DATA -> data();
      case DATA_DIGEST -> dataDigest();
      case NOTHING -> false;
    };
  }

  private void makeRoom() {
    int rest = in.position() - at;
    if (rest == 0) {
      in.clear();
      at = 0;
    } else if (in.remaining() < IN_BYTES / 2) {
      in.flip().position(at);
      in.compact();
      at = 0;
    }
  }

  private boolean header() {
    int available = in.position() - at;
    if (available < PduHeader.LENGTH) {
      return false;
    }
    int type = PduHeader.type(in, at);
    if (!isHeaderSound(type)) {
      return false;
    }
    int needed = type == PduType.C2H_DATA ? PduHeader.pdo(in, at) : PduHeader.plen(in, at);
    if (available < needed) {
      return false;
    }
    if (!isDigestSound(type)) {
      return false;
    }
    int start = at;
    if (type == PduType.C2H_DATA) {
      return startData(start, needed);
    }
    at += needed;
    listener.onPdu(type, in, start);
    return true;
  }

  /// Proves type, hlen, pdo and plen against each other.
  private boolean isHeaderSound(int type) {
    int hlen = PduType.hlenFromController(type);
    if (hlen == 0) {
      return wrong(
          FatalError.INVALID_HEADER_FIELD,
          PduHeader.TYPE_OFFSET,
          "it sent a " + PduType.name(type) + ", which a controller never does");
    }
    if (PduHeader.hlen(in, at) != hlen) {
      return wrongField(type, PduHeader.HLEN_OFFSET, "hlen", PduHeader.hlen(in, at));
    }
    int plen = PduHeader.plen(in, at);
    if (type == PduType.C2H_DATA) {
      return isDataHeaderSound(hlen, plen);
    }
    if (type == PduType.C2H_TERM_REQ) {
      return (plen >= hlen && plen <= hlen + TerminateRequest.DATA_LENGTH_MAX)
          || wrongField(type, PduHeader.PLEN_OFFSET, "plen", plen);
    }
    int digest = hasHeaderDigest(type) ? PduLayout.DIGEST_LENGTH : 0;
    return plen == hlen + digest || wrongField(type, PduHeader.PLEN_OFFSET, "plen", plen);
  }

  private boolean isDataHeaderSound(int hlen, int plen) {
    int pdo = PduHeader.pdo(in, at);
    int headerEnd = hlen + (layout.hasHeaderDigest() ? PduLayout.DIGEST_LENGTH : 0);
    if (pdo < headerEnd || pdo % Integer.BYTES != 0) {
      return wrongField(PduType.C2H_DATA, PduHeader.PDO_OFFSET, "pdo", pdo);
    }
    if (in.position() - at < hlen) {
      return true; // the length is compared once it is here
    }
    long digest = layout.hasDataDigest() ? PduLayout.DIGEST_LENGTH : 0;
    return plen == pdo + DataTransfer.dataLength(in, at) + digest
        || wrongField(PduType.C2H_DATA, PduHeader.PLEN_OFFSET, "plen", plen);
  }

  private boolean isDigestSound(int type) {
    int flags = PduHeader.flags(in, at) & PduHeader.FLAG_HEADER_DIGEST;
    boolean expected = hasHeaderDigest(type);
    if ((flags != 0) != expected) {
      return wrongField(type, PduHeader.FLAGS_OFFSET, "flags", flags);
    }
    int hlen = PduHeader.hlen(in, at);
    return !expected
        || in.getInt(at + hlen) == layout.digest(in, at, hlen)
        || wrong(
            FatalError.HEADER_DIGEST_ERROR,
            0,
            "the header digest of its " + PduType.name(type) + " does not match");
  }

  /// ICResp and C2HTermReq carry no digest, whatever was agreed on.
  private boolean hasHeaderDigest(int type) {
    return layout.hasHeaderDigest() && type != PduType.IC_RESP && type != PduType.C2H_TERM_REQ;
  }

  private boolean startData(int start, int pdo) {
    HostCommand target = listener.onDataStart(in, start);
    if (target == null) {
      return false;
    }
    command = target;
    dataFlags = PduHeader.flags(in, start);
    dataStart = (int) DataTransfer.dataOffset(in, start);
    dataOffset = dataStart;
    dataEnd = dataOffset + (int) DataTransfer.dataLength(in, start);
    at += pdo;
    awaiting = Awaiting.DATA;
    return true;
  }

  private boolean data() {
    HostCommand target = command();
    int length = Math.min(in.position() - at, dataEnd - dataOffset);
    target.data().put(dataOffset, in, at, length);
    at += length;
    dataOffset += length;
    if (dataOffset < dataEnd) {
      return false;
    }
    if (layout.hasDataDigest()) {
      awaiting = Awaiting.DATA_DIGEST;
      return true;
    }
    return endData(target);
  }

  private boolean dataDigest() {
    if (in.position() - at < PduLayout.DIGEST_LENGTH) {
      return false;
    }
    HostCommand target = command();
    // A broken data digest harms this command only (TCP Transport Specification §3.3.1.1.2).
    if (in.getInt(at) != layout.digest(target.data(), dataStart, dataEnd - dataStart)) {
      target.isDataDamaged = true;
    }
    at += PduLayout.DIGEST_LENGTH;
    return endData(target);
  }

  private boolean endData(HostCommand target) {
    awaiting = Awaiting.HEADER;
    command = null;
    listener.onDataEnd(target, dataFlags);
    return true;
  }

  private HostCommand command() {
    HostCommand target = command;
    if (target == null) {
      throw new IllegalStateException("data without a command");
    }
    return target;
  }

  private boolean wrongField(int type, int offset, String field, int value) {
    return wrong(
        FatalError.INVALID_HEADER_FIELD,
        offset,
        "its %s has %s=%d".formatted(PduType.name(type), field, value));
  }

  private boolean wrong(FatalError error, int fieldOffset, String sentence) {
    listener.onViolation(error, fieldOffset, at, sentence);
    return false;
  }
}
