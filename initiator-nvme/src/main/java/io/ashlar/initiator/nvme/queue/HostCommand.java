package io.ashlar.initiator.nvme.queue;

import io.ashlar.core.base.Check;
import io.ashlar.initiator.nvme.command.NvmeStatus;
import io.ashlar.initiator.nvme.command.SubmissionEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// A command slot: entry, data buffer and result, allocated when its queue pair connects. To use
/// one: write the entry, say what data goes which way, submit, and wait for the completion.
public final class HostCommand {
  private static final int GENERATION_SHIFT = Integer.numberOfTrailingZeros(QueueOptions.DEPTH_MAX);

  /// Five bits, so that a command identifier never becomes FFFFh, which is reserved.
  private static final int GENERATION_MASK = 0x1F;

  private final int index;
  private final SubmissionEntry entry = new SubmissionEntry();
  private final ByteBuffer data;
  private final ByteBuffer outgoing;
  private final int[] grantTags;
  private final int[] grantOffsets;
  private final int[] grantLengths;

  /// The owner's own.
  public long tag;

  /// The owner's own.
  public @Nullable Object attachment;

  CommandState state = CommandState.FREE;
  DataDirection direction = DataDirection.NONE;
  int dataLength;
  CommandCompletion completion = HostCommand::ignore;
  long deadlineNs;
  boolean isPatient;

  /// Bytes received, or promised to the controller by R2Ts, or sent in the capsule.
  int movedBytes;

  /// Bytes of granted data that still wait to be sent.
  int owedBytes;

  /// Not sent yet: the capsule takes its data along, which is long.
  boolean waitsWithCapsule;

  boolean isDataDamaged;
  boolean isQueuedToSend;
  @Nullable HostCommand nextToSend;

  private int generation;
  private int grantHead;
  private int grantCount;
  private int status;
  private long result;

  HostCommand(int index, QueueOptions options) {
    this.index = index;
    this.data =
        ByteBuffer.allocateDirect(options.transferBytesMax()).order(ByteOrder.LITTLE_ENDIAN);
    this.outgoing = data.duplicate();
    this.grantTags = new int[options.readyToTransferMax()];
    this.grantOffsets = new int[options.readyToTransferMax()];
    this.grantLengths = new int[options.readyToTransferMax()];
  }

  /// The submission entry to fill in.
  public SubmissionEntry entry() {
    return entry;
  }

  /// The slot's data from offset 0, little-endian; use absolute access.
  public ByteBuffer data() {
    return data;
  }

  /// A part of the data to be sent; the same buffer each time.
  ByteBuffer outgoing(int offset, int lengthBytes) {
    return outgoing.limit(offset + lengthBytes).position(offset);
  }

  /// The command has no data.
  public HostCommand withoutData() {
    return describe(DataDirection.NONE, 0);
  }

  /// The first `lengthBytes` of [#data] go to the controller.
  public HostCommand sending(int lengthBytes) {
    return describe(DataDirection.TO_CONTROLLER, lengthBytes);
  }

  /// The controller fills the first `lengthBytes` of [#data].
  public HostCommand receiving(int lengthBytes) {
    return describe(DataDirection.TO_HOST, lengthBytes);
  }

  private HostCommand describe(DataDirection direction, int lengthBytes) {
    Check.that(state == CommandState.HELD, "a command is prepared by its holder");
    Check.that(
        lengthBytes >= 0 && lengthBytes <= data.capacity(), "data fits its slot", lengthBytes);
    this.direction = direction;
    this.dataLength = lengthBytes;
    this.isPatient = false;
    return this;
  }

  /// Sets where the command returns to.
  public HostCommand completing(CommandCompletion completion) {
    this.completion = completion;
    return this;
  }

  /// Exempts the command from the timeout, as asynchronous event requests need.
  public HostCommand patiently() {
    this.isPatient = true;
    return this;
  }

  /// The status as received, without its phase tag; see [NvmeStatus].
  public int status() {
    return status;
  }

  public boolean isSuccess() {
    return (status & NvmeStatus.CODE_MASK) == 0;
  }

  /// Dwords 0 and 1 of the completion.
  public long result() {
    return result;
  }

  /// How many bytes of data the controller sent.
  public int receivedBytes() {
    return direction == DataDirection.TO_HOST ? movedBytes : 0;
  }

  public CommandState state() {
    return state;
  }

  /// The identifier of this use of the slot: its index, and a count that tells a late answer to an
  /// earlier use from an answer to this one.
  public int commandId() {
    return index | (generation << GENERATION_SHIFT);
  }

  static int indexOf(int commandId) {
    return commandId & (QueueOptions.DEPTH_MAX - 1);
  }

  void start(long deadlineNs) {
    generation = (generation + 1) & GENERATION_MASK;
    entry.commandId(commandId());
    state = CommandState.IN_FLIGHT;
    this.deadlineNs = deadlineNs;
    movedBytes = 0;
    owedBytes = 0;
    waitsWithCapsule = false;
    isDataDamaged = false;
    grantHead = 0;
    grantCount = 0;
  }

  void finish(int status, long result) {
    this.status = status;
    this.result = result;
    state = CommandState.HELD;
    completion.onComplete(this);
  }

  /// Notes an R2T; false if there are more than the host allowed.
  boolean grant(int transferTag, int offset, int length) {
    if (grantCount == grantTags.length) {
      return false;
    }
    int at = (grantHead + grantCount) % grantTags.length;
    grantTags[at] = transferTag;
    grantOffsets[at] = offset;
    grantLengths[at] = length;
    grantCount++;
    movedBytes += length;
    owedBytes += length;
    return true;
  }

  int grantTag() {
    return grantTags[grantHead];
  }

  int grantOffset() {
    return grantOffsets[grantHead];
  }

  int grantLength() {
    return grantLengths[grantHead];
  }

  /// Counts bytes of the oldest R2T as sent; forgets the R2T when it is satisfied.
  void sent(int bytes) {
    grantOffsets[grantHead] += bytes;
    grantLengths[grantHead] -= bytes;
    owedBytes -= bytes;
    if (grantLengths[grantHead] == 0) {
      grantHead = (grantHead + 1) % grantTags.length;
      grantCount--;
    }
  }

  private static void ignore(HostCommand command) {}
}
