package io.ashlar.initiator.nvme.queue;

import io.ashlar.initiator.nvme.wire.CommandCapsule;
import io.ashlar.initiator.nvme.wire.DataTransfer;
import io.ashlar.initiator.nvme.wire.FatalError;
import io.ashlar.initiator.nvme.wire.InitializeConnection;
import io.ashlar.initiator.nvme.wire.PduHeader;
import io.ashlar.initiator.nvme.wire.PduLayout;
import io.ashlar.initiator.nvme.wire.TerminateRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// The sending half of a connection: stages PDUs in one buffer and writes them together. The buffer
/// has room for a capsule of every slot at any time, so a command with little or no data never
/// waits for room. Longer data goes out from where it lies, one PDU at a time and oldest first,
/// gathered with what is staged before and behind it:
///
/// ```
/// | staged … header | data of one command | digest? staged … |
///                   ^ bodyAt
/// ```
final class PduSender {
  /// One H2CData PDU carries at most this, so that a long write does not hold up small ones.
  private static final int CHUNK_BYTES_MAX = 128 * 1024;

  /// Data up to this length is copied behind its header, which is cheaper than to gather it.
  private static final int COPIED_BYTES_MAX = 16 * 1024;

  /// Header, digests and the widest padding of one PDU.
  private static final int OVERHEAD_BYTES_MAX = 256;

  private final PduLayout layout;
  private final ByteBuffer out;
  private final int capsuleRoom;
  private final int inCapsuleBytesMax;
  private final ByteBuffer[] gathered = new ByteBuffer[3];
  private final ByteBuffer outTail;
  private int chunkBytesMax = CHUNK_BYTES_MAX;

  /// Data under way that is sent from where it lies.
  private @Nullable ByteBuffer body;

  /// How much of the staged bytes goes before [#body].
  private int bodyAt;

  private @Nullable HostCommand oldest;
  private @Nullable HostCommand newest;

  PduSender(QueueOptions options, PduLayout layout) {
    this.layout = layout;
    this.inCapsuleBytesMax = Math.min(options.inCapsuleBytesMax(), options.transferBytesMax());
    int copiedMax = Math.min(inCapsuleBytesMax, COPIED_BYTES_MAX);
    this.capsuleRoom = options.depth() * (copiedMax + OVERHEAD_BYTES_MAX);
    this.out =
        ByteBuffer.allocateDirect(capsuleRoom + 4 * (COPIED_BYTES_MAX + OVERHEAD_BYTES_MAX))
            .order(ByteOrder.LITTLE_ENDIAN);
    this.outTail = out.duplicate();
  }

  /// Takes the controller's MAXH2CDATA.
  void agree(int maxH2cDataBytes) {
    chunkBytesMax = Math.min(CHUNK_BYTES_MAX, maxH2cDataBytes);
  }

  void stageInitialize(int hpda, int digests, int readyToTransferMax) {
    int length =
        InitializeConnection.putRequest(out, out.position(), hpda, digests, readyToTransferMax);
    out.position(out.position() + length);
  }

  /// Stages a command, with its data if that may travel in the capsule. One with long data waits
  /// its turn among those; not a fused one, which stays with its other half and waits to be asked.
  void stageCommand(HostCommand command) {
    boolean inCapsule =
        command.direction == DataDirection.TO_CONTROLLER
            && command.dataLength <= inCapsuleBytesMax
            && (command.dataLength <= COPIED_BYTES_MAX || !command.entry().isFused());
    if (!inCapsule) {
      command.entry().dataByTransport(command.dataLength);
      putCapsule(command, 0);
      return;
    }
    command.entry().dataInCapsule(command.dataLength);
    command.movedBytes = command.dataLength;
    if (command.dataLength > COPIED_BYTES_MAX) {
      command.waitsWithCapsule = true;
      command.owedBytes = command.dataLength;
      enqueue(command);
    } else {
      putCapsule(command, command.dataLength);
    }
  }

  private void putCapsule(HostCommand command, int inCapsuleBytes) {
    int at = out.position();
    layout.arrange(CommandCapsule.LENGTH, inCapsuleBytes);
    CommandCapsule.put(out, at, command.entry().bytes(), layout);
    putData(command, 0, inCapsuleBytes);
  }

  /// Puts what follows a header that begins at `out`'s position, and moves that behind it.
  private void putData(HostCommand command, int from, int length) {
    int at = out.position();
    if (length <= COPIED_BYTES_MAX) {
      out.position(at + layout.finish(out, at, command.data(), from));
      return;
    }
    bodyAt = at + layout.finishHead(out, at);
    out.position(bodyAt + layout.finishTail(out, bodyAt, command.data(), from));
    body = command.outgoing(from, length);
  }

  /// Notes that a command has data to send.
  void enqueue(HostCommand command) {
    if (command.isQueuedToSend) {
      return;
    }
    command.isQueuedToSend = true;
    if (newest == null) {
      oldest = command;
    } else {
      newest.nextToSend = command;
    }
    newest = command;
  }

  /// Stages long data as far as there is room.
  ///
  /// @return how many PDUs were staged
  int stageData() {
    int staged = 0;
    while (oldest != null && hasRoomForData()) {
      HostCommand command = oldest;
      if (command.owedBytes > 0) {
        stageNext(command);
        staged++;
      }
      if (command.owedBytes == 0) {
        dequeue(command);
      }
    }
    return staged;
  }

  /// Whether [#stageData] would find something to stage.
  boolean canStageMore() {
    return oldest != null && hasRoomForData();
  }

  private boolean hasRoomForData() {
    return body == null && out.remaining() - capsuleRoom >= COPIED_BYTES_MAX + OVERHEAD_BYTES_MAX;
  }

  private void stageNext(HostCommand command) {
    if (command.waitsWithCapsule) {
      command.waitsWithCapsule = false;
      command.owedBytes = 0;
      putCapsule(command, command.dataLength);
    } else {
      stageChunk(command);
    }
  }

  private void stageChunk(HostCommand command) {
    int length = Math.min(command.grantLength(), chunkBytesMax);
    int offset = command.grantOffset();
    int tags = command.commandId() | (command.grantTag() << Short.SIZE);
    int last = length == command.grantLength() ? PduHeader.FLAG_LAST : 0;
    int at = out.position();
    layout.arrange(DataTransfer.LENGTH, length);
    DataTransfer.putToController(out, at, tags, offset, last, layout);
    putData(command, offset, length);
    command.sent(length);
  }

  private void dequeue(HostCommand command) {
    oldest = command.nextToSend;
    command.nextToSend = null;
    command.isQueuedToSend = false;
    if (oldest == null) {
      newest = null;
    }
  }

  /// Stages the host's complaint about a PDU it received.
  void stageTerminate(FatalError error, int information, ByteBuffer wrong, int at, int length) {
    int sent =
        TerminateRequest.put(
            out, error, information, wrong, at, Math.min(length, TerminateRequest.DATA_LENGTH_MAX));
    out.position(out.position() + sent);
  }

  boolean hasStaged() {
    return out.position() > 0 || body != null;
  }

  /// Writes what is staged, as far as the socket takes it.
  ///
  /// @return bytes written
  int flush(HostSocket socket) throws IOException {
    ByteBuffer data = body;
    if (data != null) {
      return flushAround(data, socket);
    }
    if (out.position() == 0) {
      return 0;
    }
    out.flip();
    int written = socket.write(out);
    keepRest();
    return written;
  }

  private int flushAround(ByteBuffer data, HostSocket socket) throws IOException {
    outTail.limit(out.position()).position(bodyAt);
    out.position(0).limit(bodyAt);
    gathered[0] = out;
    gathered[1] = data;
    gathered[2] = outTail;
    int written = (int) socket.write(gathered);
    if (data.hasRemaining()) {
      bodyAt = out.remaining();
      out.limit(outTail.limit());
    } else {
      body = null;
      out.limit(outTail.limit()).position(outTail.position());
    }
    keepRest();
    return written;
  }

  /// Moves what was not written to the front.
  private void keepRest() {
    if (out.hasRemaining()) {
      out.compact();
    } else {
      out.clear();
    }
  }
}
