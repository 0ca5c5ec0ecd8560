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
/// has room for a capsule of every slot at any time, so a command never waits for room; data that
/// R2Ts ask for takes what room is left, oldest first.
final class PduSender {
  /// One H2CData PDU carries at most this, so that a long write does not hold up small ones.
  private static final int CHUNK_BYTES_MAX = 128 * 1024;

  /// Header, digests and the widest padding of one PDU.
  private static final int OVERHEAD_BYTES_MAX = 256;

  private final PduLayout layout;
  private final ByteBuffer out;
  private final int capsuleRoom;
  private final int inCapsuleBytesMax;
  private int chunkBytesMax = CHUNK_BYTES_MAX;
  private @Nullable HostCommand oldest;
  private @Nullable HostCommand newest;

  PduSender(QueueOptions options, PduLayout layout) {
    this.layout = layout;
    this.inCapsuleBytesMax = Math.min(options.inCapsuleBytesMax(), options.transferBytesMax());
    this.capsuleRoom = options.depth() * (inCapsuleBytesMax + OVERHEAD_BYTES_MAX);
    this.out =
        ByteBuffer.allocateDirect(capsuleRoom + 2 * (CHUNK_BYTES_MAX + OVERHEAD_BYTES_MAX))
            .order(ByteOrder.LITTLE_ENDIAN);
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

  /// Stages a command, with its data if that may travel in the capsule.
  void stageCommand(HostCommand command) {
    int inCapsule = 0;
    if (command.direction == DataDirection.TO_CONTROLLER
        && command.dataLength <= inCapsuleBytesMax) {
      inCapsule = command.dataLength;
      command.entry().dataInCapsule(inCapsule);
      command.movedBytes = inCapsule;
    } else {
      command.entry().dataByTransport(command.dataLength);
    }
    int at = out.position();
    layout.arrange(CommandCapsule.LENGTH, inCapsule);
    CommandCapsule.put(out, at, command.entry().bytes(), layout);
    layout.finish(out, at, command.data(), 0);
    out.position(at + layout.length());
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

  /// Stages granted data as far as there is room.
  ///
  /// @return how many PDUs were staged
  int stageData() {
    int staged = 0;
    while (oldest != null && hasRoomForData()) {
      HostCommand command = oldest;
      if (command.owedBytes > 0) {
        stageChunk(command);
        staged++;
      }
      if (command.owedBytes == 0) {
        dequeue(command);
      }
    }
    return staged;
  }

  private boolean hasRoomForData() {
    return out.remaining() - capsuleRoom >= chunkBytesMax + OVERHEAD_BYTES_MAX;
  }

  private void stageChunk(HostCommand command) {
    int length = Math.min(command.grantLength(), chunkBytesMax);
    int offset = command.grantOffset();
    int tags = command.commandId() | (command.grantTag() << Short.SIZE);
    int last = length == command.grantLength() ? PduHeader.FLAG_LAST : 0;
    int at = out.position();
    layout.arrange(DataTransfer.LENGTH, length);
    DataTransfer.putToController(out, at, tags, offset, last, layout);
    layout.finish(out, at, command.data(), offset);
    out.position(at + layout.length());
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
    return out.position() > 0;
  }

  /// Writes what is staged, as far as the socket takes it.
  ///
  /// @return bytes written
  int flush(HostSocket socket) throws IOException {
    if (out.position() == 0) {
      return 0;
    }
    out.flip();
    int written = socket.write(out);
    if (out.hasRemaining()) {
      out.compact();
    } else {
      out.clear();
    }
    return written;
  }
}
