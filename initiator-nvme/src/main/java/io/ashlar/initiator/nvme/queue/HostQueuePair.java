package io.ashlar.initiator.nvme.queue;

import io.ashlar.core.base.Check;
import io.ashlar.initiator.nvme.command.NvmeStatus;
import io.ashlar.initiator.nvme.command.SubmissionEntry;
import io.ashlar.initiator.nvme.wire.DataTransfer;
import io.ashlar.initiator.nvme.wire.FatalError;
import io.ashlar.initiator.nvme.wire.InitializeConnection;
import io.ashlar.initiator.nvme.wire.PduHeader;
import io.ashlar.initiator.nvme.wire.PduLayout;
import io.ashlar.initiator.nvme.wire.PduType;
import io.ashlar.initiator.nvme.wire.ReadyToTransfer;
import io.ashlar.initiator.nvme.wire.ResponseCapsule;
import io.ashlar.initiator.nvme.wire.TerminateRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/// One NVMe/TCP queue pair, on one connection, owned by one thread. The owner acquires command
/// slots, submits them and calls [#poll]; completions run within it.
///
/// A controller that breaks the protocol is sent an H2CTermReq and the connection ends: the state
/// becomes [QueueState#FAILED], [#failure] says why, and every command under way completes with
/// [NvmeStatus#HOST_PATHING_ERROR].
public final class HostQueuePair implements AutoCloseable {
  private static final long TIMEOUT_CHECK_INTERVAL_NS = 50_000_000;

  private final QueueOptions options;
  private final HostSocket socket;
  private final PduLayout layout = new PduLayout();
  private final PduSender sender;
  private final PduReceiver receiver;
  private final HostCommand[] slots;
  private final HostCommand[] free;
  private int freeCount;
  private int inFlight;
  private QueueState state = QueueState.INITIALIZING;
  private @Nullable String failure;
  private long nextTimeoutCheckNs;

  private HostQueuePair(QueueOptions options, HostSocket socket) {
    this.options = options;
    this.socket = socket;
    this.sender = new PduSender(options, layout);
    this.receiver = new PduReceiver(layout, new Incoming());
    this.slots = new HostCommand[options.depth()];
    this.free = new HostCommand[options.depth()];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = new HostCommand(i, options);
      free[i] = slots[i];
    }
    freeCount = slots.length;
  }

  /// Connects and initializes; returns when ICResp has come.
  ///
  /// @throws IOException with a sentence, if there is no such peer or it does not speak NVMe/TCP
  public static HostQueuePair connect(QueueOptions options) throws IOException {
    HostSocket socket;
    try {
      socket = HostSocket.connect(options.address(), options.timeout());
    } catch (IOException e) {
      throw new IOException(
          "Cannot connect to " + options.address() + " over TCP: " + e.getMessage() + ".", e);
    }
    HostQueuePair queue = new HostQueuePair(options, socket);
    queue.sender.stageInitialize(
        options.alignmentDwords() - 1, options.digests().bits(), options.readyToTransferMax());
    queue.awaitInitialized();
    return queue;
  }

  private void awaitInitialized() throws IOException {
    long deadlineNs = System.nanoTime() + options.timeout().toNanos();
    while (state == QueueState.INITIALIZING) {
      long nowNs = System.nanoTime();
      if (nowNs - deadlineNs >= 0) {
        fail("it did not answer ICReq within " + options.timeout().toMillis() + " ms");
      } else if (poll(nowNs) == 0) {
        await(deadlineNs - nowNs);
      }
    }
    if (state != QueueState.READY) {
      throw new IOException(failure());
    }
  }

  /// A slot to prepare, or null when all are in use.
  public @Nullable HostCommand acquire() {
    if (freeCount == 0) {
      return null;
    }
    HostCommand command = free[--freeCount];
    command.state = CommandState.HELD;
    return command;
  }

  /// Gives a slot back.
  public void release(HostCommand command) {
    Check.that(command.state == CommandState.HELD, "only a held command is released");
    command.state = CommandState.FREE;
    free[freeCount++] = command;
  }

  /// Stages a command; the next [#poll] sends it, together with others. On a connection that ended
  /// it completes at once.
  public void submit(HostCommand command, long nowNs) {
    Check.that(command.state == CommandState.HELD, "only a held command is submitted");
    command.start(nowNs + options.timeout().toNanos());
    inFlight++;
    if (state != QueueState.READY) {
      finish(command, NvmeStatus.HOST_PATHING_ERROR.code(), 0);
      return;
    }
    sender.stageCommand(command);
  }

  /// Stages two commands as one fused operation.
  public void submitFused(HostCommand first, HostCommand second, long nowNs) {
    first.entry().fuse(SubmissionEntry.FUSED_FIRST);
    second.entry().fuse(SubmissionEntry.FUSED_SECOND);
    submit(first, nowNs);
    submit(second, nowNs);
  }

  /// Does what can be done without waiting: receives, completes, sends.
  ///
  /// @return how much was done; 0 if nothing
  public int poll(long nowNs) {
    if (hasEnded()) {
      return 0;
    }
    try {
      int work = receiver.receive(socket);
      if (work < 0) {
        fail("it closed the connection");
        return 1;
      }
      if (hasEnded()) {
        return work;
      }
      work += send();
      if (nowNs - nextTimeoutCheckNs >= 0) {
        nextTimeoutCheckNs = nowNs + TIMEOUT_CHECK_INTERVAL_NS;
        checkTimeouts(nowNs);
      }
      return work;
    } catch (IOException e) {
      fail("the connection broke: " + e.getMessage());
      return 1;
    }
  }

  /// Sends what there is, as far as the socket takes it.
  private int send() throws IOException {
    int work = 0;
    int written;
    do {
      work += sender.stageData();
      written = sender.flush(socket);
      work += written;
    } while (written > 0 && sender.canStageMore());
    return work;
  }

  /// Sleeps until the socket has something to do or `timeoutNs` have passed.
  public void await(long timeoutNs) {
    if (hasEnded()) {
      return;
    }
    int interest = SelectionKey.OP_READ | (sender.hasStaged() ? SelectionKey.OP_WRITE : 0);
    try {
      socket.await(interest, Math.min(timeoutNs, TIMEOUT_CHECK_INTERVAL_NS));
    } catch (IOException e) {
      fail("the connection broke: " + e.getMessage());
    }
  }

  public QueueState state() {
    return state;
  }

  /// Why the connection ended, as a sentence that names the peer.
  public String failure() {
    return failure == null ? "The connection to " + options.address() + " is fine." : failure;
  }

  /// How many commands are with the controller.
  public int inFlight() {
    return inFlight;
  }

  public int depth() {
    return slots.length;
  }

  public QueueOptions options() {
    return options;
  }

  /// Whether the controller agreed to header (first bit) and data (second) digests.
  public int agreedDigests() {
    return (layout.hasHeaderDigest() ? PduHeader.FLAG_HEADER_DIGEST : 0)
        | (layout.hasDataDigest() ? PduHeader.FLAG_DATA_DIGEST : 0);
  }

  /// Ends the connection; what is under way completes as [NvmeStatus#ABORTED_BY_HOST].
  @Override
  public void close() {
    if (state != QueueState.CLOSED) {
      end(QueueState.CLOSED, "closed by its owner", NvmeStatus.ABORTED_BY_HOST.code());
    }
  }

  private void checkTimeouts(long nowNs) {
    for (HostCommand command : slots) {
      if (command.state == CommandState.IN_FLIGHT
          && !command.isPatient
          && nowNs - command.deadlineNs >= 0) {
        fail(
            "it did not answer command 0x%04x (opcode 0x%02x) within %d ms"
                .formatted(
                    command.commandId(), command.entry().opcode(), options.timeout().toMillis()));
        return;
      }
    }
  }

  private boolean hasEnded() {
    return state == QueueState.FAILED || state == QueueState.CLOSED;
  }

  private void fail(String reason) {
    if (hasEnded()) {
      return; // a completion of the first failure closed the queue pair
    }
    end(QueueState.FAILED, reason, NvmeStatus.HOST_PATHING_ERROR.code());
  }

  private void end(QueueState next, String reason, int status) {
    Check.that(state.mayBecome(next), "a queue pair ends once");
    boolean isNews = state != QueueState.FAILED;
    state = next;
    receiver.stop();
    socket.close();
    if (!isNews) {
      return;
    }
    failure = "The NVMe/TCP connection to " + options.address() + " ended: " + reason + ".";
    for (HostCommand command : slots) {
      if (command.state == CommandState.IN_FLIGHT) {
        finish(command, status, 0);
      }
    }
  }

  private void finish(HostCommand command, int status, long result) {
    inFlight--;
    command.finish(status, result);
  }

  /// What the controller sends.
  private final class Incoming implements PduReceiver.Listener {
    @Override
    public void onPdu(int type, ByteBuffer in, int at) {
      if (type == PduType.C2H_TERM_REQ) {
        onTerminate(in, at);
      } else if ((type == PduType.IC_RESP) != (state == QueueState.INITIALIZING)) {
        violation(
            FatalError.PDU_SEQUENCE_ERROR, 0, at, "its " + PduType.name(type) + " was not due");
      } else if (type == PduType.IC_RESP) {
        onInitialized(in, at);
      } else if (type == PduType.CAPSULE_RESP) {
        onResponse(in, at);
      } else {
        onReadyToTransfer(in, at);
      }
    }

    private void onInitialized(ByteBuffer in, int at) {
      int digests = InitializeConnection.digests(in, at);
      int maxH2cData = InitializeConnection.maxH2cDataBytes(in, at);
      int cpda = InitializeConnection.alignment(in, at);
      if (InitializeConnection.formatVersion(in, at) != InitializeConnection.FORMAT_VERSION) {
        invalid(InitializeConnection.FORMAT_VERSION_OFFSET, at, "its PDU format version is not 0");
      } else if ((digests & ~options.digests().bits()) != 0) {
        invalid(InitializeConnection.DIGESTS_OFFSET, at, "it enabled a digest nobody asked for");
      } else if (cpda > InitializeConnection.ALIGNMENT_MAX) {
        invalid(InitializeConnection.ALIGNMENT_OFFSET, at, "its CPDA is " + cpda);
      } else if (maxH2cData < InitializeConnection.MAXH2CDATA_MIN
          || maxH2cData % Integer.BYTES != 0) {
        invalid(InitializeConnection.LIMIT_OFFSET, at, "its MAXH2CDATA is " + maxH2cData);
      } else {
        layout.agree(digests, (cpda + 1) * Integer.BYTES);
        sender.agree(maxH2cData);
        state = QueueState.READY;
      }
    }

    private void onResponse(ByteBuffer in, int at) {
      HostCommand command = find(ResponseCapsule.commandId(in, at));
      if (command == null) {
        unknownCommand(ResponseCapsule.COMMAND_ID_OFFSET, at, PduType.CAPSULE_RESP);
        return;
      }
      int status = ResponseCapsule.status(in, at);
      if ((status & NvmeStatus.CODE_MASK) == 0 && !isDataWhole(command)) {
        violation(
            FatalError.PDU_SEQUENCE_ERROR,
            0,
            at,
            "it reported success after %d of %d bytes of data"
                .formatted(command.movedBytes - command.owedBytes, command.dataLength));
        return;
      }
      complete(command, status, ResponseCapsule.result(in, at));
    }

    /// Whether every byte was received, or was asked for and staged to be sent.
    private boolean isDataWhole(HostCommand command) {
      return command.movedBytes == command.dataLength && command.owedBytes == 0;
    }

    private void complete(HostCommand command, int status, long result) {
      boolean isDamaged = command.isDataDamaged && (status & NvmeStatus.CODE_MASK) == 0;
      // What an early error answer left unsent is not sent any more.
      command.owedBytes = 0;
      finish(command, isDamaged ? NvmeStatus.TRANSIENT_TRANSPORT_ERROR.code() : status, result);
    }

    private void onReadyToTransfer(ByteBuffer in, int at) {
      HostCommand command = find(ReadyToTransfer.commandId(in, at));
      long offset = ReadyToTransfer.requestedOffset(in, at);
      long length = ReadyToTransfer.requestedLength(in, at);
      if (command == null || command.direction != DataDirection.TO_CONTROLLER) {
        unknownCommand(ReadyToTransfer.COMMAND_ID_OFFSET, at, PduType.R2T);
      } else if (length == 0
          || offset != command.movedBytes
          || offset + length > command.dataLength) {
        violation(
            FatalError.DATA_OUT_OF_RANGE,
            ReadyToTransfer.REQUESTED_OFFSET_OFFSET,
            at,
            "its R2T asks for %d bytes at %d where %d of %d were asked for before"
                .formatted(length, offset, command.movedBytes, command.dataLength));
      } else if (!command.grant(ReadyToTransfer.transferTag(in, at), (int) offset, (int) length)) {
        violation(FatalError.LIMIT_EXCEEDED, 0, at, "it has more R2Ts outstanding than agreed on");
      } else {
        sender.enqueue(command);
      }
    }

    @Override
    public @Nullable HostCommand onDataStart(ByteBuffer in, int at) {
      HostCommand command = find(DataTransfer.commandId(in, at));
      long offset = DataTransfer.dataOffset(in, at);
      long length = DataTransfer.dataLength(in, at);
      if (command == null || command.direction != DataDirection.TO_HOST) {
        unknownCommand(DataTransfer.COMMAND_ID_OFFSET, at, PduType.C2H_DATA);
      } else if (length == 0
          || offset != command.movedBytes
          || offset + length > command.dataLength) {
        violation(
            FatalError.DATA_OUT_OF_RANGE,
            DataTransfer.DATA_OFFSET_OFFSET,
            at,
            "its C2HData brings %d bytes at %d where %d of %d had come"
                .formatted(length, offset, command.movedBytes, command.dataLength));
      } else {
        command.movedBytes += (int) length;
        return command;
      }
      return null;
    }

    @Override
    public void onDataEnd(HostCommand command, int flags) {
      if ((flags & PduHeader.FLAG_SUCCESS) == 0) {
        return;
      }
      if ((flags & PduHeader.FLAG_LAST) == 0 || !isDataWhole(command)) {
        fail("a C2HData reported success before the last of its data");
        return;
      }
      complete(command, NvmeStatus.SUCCESS.code(), 0);
    }

    private void onTerminate(ByteBuffer in, int at) {
      fail(
          "it sent C2HTermReq: %s (field at %d)"
              .formatted(
                  FatalError.describe(TerminateRequest.status(in, at)),
                  TerminateRequest.information(in, at)));
    }

    /// The command in flight under this identifier, or null.
    private @Nullable HostCommand find(int commandId) {
      int index = HostCommand.indexOf(commandId);
      if (state != QueueState.READY || index >= slots.length) {
        return null;
      }
      HostCommand command = slots[index];
      return command.state == CommandState.IN_FLIGHT && command.commandId() == commandId
          ? command
          : null;
    }

    private void unknownCommand(int fieldOffset, int at, int type) {
      violation(
          FatalError.INVALID_HEADER_FIELD,
          fieldOffset,
          at,
          "its " + PduType.name(type) + " names a command that does not wait for one");
    }

    private void invalid(int fieldOffset, int at, String sentence) {
      violation(FatalError.INVALID_HEADER_FIELD, fieldOffset, at, sentence);
    }

    @Override
    public void onViolation(FatalError error, int fieldOffset, int at, String sentence) {
      violation(error, fieldOffset, at, sentence);
    }

    private void violation(FatalError error, int fieldOffset, int at, String sentence) {
      int length = Math.min(receiver.available(at), PduHeader.hlen(receiver.bytes(), at));
      sender.stageTerminate(error, fieldOffset, receiver.bytes(), at, length);
      try {
        sender.flush(socket);
      } catch (IOException e) {
        // The peer is gone already; the complaint has no reader.
      }
      fail(sentence);
    }
  }
}
