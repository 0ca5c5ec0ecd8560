package io.ashlar.initiator.nvme;

import io.ashlar.initiator.nvme.command.NamespaceIdentity;
import io.ashlar.initiator.nvme.command.NvmCommands;
import io.ashlar.initiator.nvme.command.NvmeStatus;
import io.ashlar.initiator.nvme.command.RangeList;
import io.ashlar.initiator.nvme.command.ReservationCommands;
import io.ashlar.initiator.nvme.command.ReservationCommands.Acquisition;
import io.ashlar.initiator.nvme.command.ReservationCommands.Persistence;
import io.ashlar.initiator.nvme.command.ReservationCommands.Registration;
import io.ashlar.initiator.nvme.command.ReservationCommands.ReleaseAction;
import io.ashlar.initiator.nvme.command.ReservationReport;
import io.ashlar.initiator.nvme.command.ReservationType;
import io.ashlar.initiator.nvme.queue.HostCommand;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A namespace through one I/O queue, one command at a time. Each call waits for its command and
/// throws [NvmeException] with the controller's status unless it succeeded. Data is copied; for
/// load, use the queue pair itself.
public final class NvmeNamespace {
  private static final int REPORT_LENGTH = 4096;

  private final CommandRunner runner;
  private final int nsid;
  private final NamespaceIdentity shape;

  NvmeNamespace(CommandRunner runner, int nsid, NamespaceIdentity shape) {
    this.runner = runner;
    this.nsid = nsid;
    this.shape = shape;
  }

  public int nsid() {
    return nsid;
  }

  /// The shape when the namespace was opened.
  public NamespaceIdentity shape() {
    return shape;
  }

  public CommandRunner runner() {
    return runner;
  }

  public byte[] read(long lba, int blocks) throws NvmeException {
    HostCommand command = runner.acquire().receiving(blocks * shape.blockBytes());
    NvmCommands.read(command.entry(), nsid, lba, blocks);
    runner.runOrThrow(command, "Read");
    byte[] read = copyOf(command).array();
    runner.queue().release(command);
    return read;
  }

  public void write(long lba, byte[] bytes) throws NvmeException {
    HostCommand command = sending(bytes);
    NvmCommands.write(command.entry(), nsid, lba, bytes.length / shape.blockBytes());
    finish(command, "Write");
  }

  public void flush() throws NvmeException {
    HostCommand command = runner.acquire().withoutData();
    NvmCommands.flush(command.entry(), nsid);
    finish(command, "Flush");
  }

  /// @return whether the range holds exactly these bytes
  public boolean compare(long lba, byte[] bytes) throws NvmeException {
    HostCommand command = sending(bytes);
    NvmCommands.compare(command.entry(), nsid, lba, bytes.length / shape.blockBytes());
    runner.run(command);
    int status = command.status();
    runner.queue().release(command);
    if (NvmeStatus.COMPARE_FAILURE.is(status)) {
      return false;
    }
    if (!NvmeStatus.SUCCESS.is(status)) {
      throw runner.failure("Compare", status);
    }
    return true;
  }

  /// Compares and, if equal, writes, as one fused operation.
  ///
  /// @return whether it was equal, and so written
  public boolean compareAndWrite(long lba, byte[] expected, byte[] replacement)
      throws NvmeException {
    int blocks = expected.length / shape.blockBytes();
    HostCommand compare = sending(expected);
    NvmCommands.compare(compare.entry(), nsid, lba, blocks);
    HostCommand write = sending(replacement);
    NvmCommands.write(write.entry(), nsid, lba, blocks);
    runner.queue().submitFused(compare, write, System.nanoTime());
    runner.await(compare);
    runner.await(write);
    int compared = compare.status();
    int written = write.status();
    runner.queue().release(compare);
    runner.queue().release(write);
    if (NvmeStatus.COMPARE_FAILURE.is(compared) && NvmeStatus.FAILED_FUSED.is(written)) {
      return false;
    }
    if (!NvmeStatus.SUCCESS.is(compared)) {
      throw runner.failure("Compare of Compare and Write", compared);
    }
    if (!NvmeStatus.SUCCESS.is(written)) {
      throw runner.failure("Write of Compare and Write", written);
    }
    return true;
  }

  public void writeZeroes(long lba, int blocks) throws NvmeException {
    HostCommand command = runner.acquire().withoutData();
    NvmCommands.writeZeroes(command.entry(), nsid, lba, blocks, NvmCommands.DEALLOCATE);
    finish(command, "Write Zeroes");
  }

  /// Deallocates ranges, given as pairs of first block and count.
  public void deallocate(long... ranges) throws NvmeException {
    int count = ranges.length / 2;
    HostCommand command = runner.acquire().sending(count * RangeList.DSM_LENGTH);
    for (int i = 0; i < count; i++) {
      RangeList.putDsm(command.data(), i, ranges[2 * i], Math.toIntExact(ranges[2 * i + 1]));
    }
    NvmCommands.deallocate(command.entry(), nsid, count);
    finish(command, "Dataset Management");
  }

  /// Copies ranges, given as pairs of first block and count, to `lba`.
  public void copy(long lba, long... ranges) throws NvmeException {
    int count = ranges.length / 2;
    HostCommand command = runner.acquire().sending(count * RangeList.COPY_LENGTH);
    for (int i = 0; i < count; i++) {
      RangeList.putCopy(command.data(), i, ranges[2 * i], Math.toIntExact(ranges[2 * i + 1]));
    }
    NvmCommands.copy(command.entry(), nsid, lba, count);
    finish(command, "Copy");
  }

  public void verify(long lba, int blocks) throws NvmeException {
    HostCommand command = runner.acquire().withoutData();
    NvmCommands.verify(command.entry(), nsid, lba, blocks);
    finish(command, "Verify");
  }

  public void register(long currentKey, long newKey, Registration action, Persistence persistence)
      throws NvmeException {
    HostCommand command = keys(currentKey, newKey, ReservationCommands.KEYS_LENGTH);
    ReservationCommands.register(command.entry(), nsid, action, persistence);
    finish(command, "Reservation Register");
  }

  public void acquire(long key, long preemptedKey, Acquisition action, ReservationType type)
      throws NvmeException {
    HostCommand command = keys(key, preemptedKey, ReservationCommands.KEYS_LENGTH);
    ReservationCommands.acquire(command.entry(), nsid, action, type);
    finish(command, "Reservation Acquire");
  }

  public void release(long key, ReleaseAction action, ReservationType type) throws NvmeException {
    HostCommand command = keys(key, 0, Long.BYTES);
    ReservationCommands.release(command.entry(), nsid, action, type);
    finish(command, "Reservation Release");
  }

  public ReservationReport reservations() throws NvmeException {
    HostCommand command = runner.acquire().receiving(REPORT_LENGTH);
    ReservationCommands.report(command.entry(), nsid, REPORT_LENGTH);
    runner.runOrThrow(command, "Reservation Report");
    ReservationReport report = ReservationReport.read(command.data(), REPORT_LENGTH);
    runner.queue().release(command);
    return report;
  }

  private HostCommand keys(long first, long second, int lengthBytes) throws NvmeException {
    HostCommand command = runner.acquire().sending(lengthBytes);
    ReservationCommands.putKeys(command.data(), first, second);
    return command;
  }

  private HostCommand sending(byte[] bytes) throws NvmeException {
    HostCommand command = runner.acquire().sending(bytes.length);
    command.data().put(0, bytes);
    return command;
  }

  private void finish(HostCommand command, String what) throws NvmeException {
    runner.runOrThrow(command, what);
    runner.queue().release(command);
  }

  /// The data a command received, on the heap, little-endian.
  static ByteBuffer copyOf(HostCommand command) {
    ByteBuffer copy = ByteBuffer.allocate(command.receivedBytes()).order(ByteOrder.LITTLE_ENDIAN);
    copy.put(0, command.data(), 0, copy.capacity());
    return copy;
  }
}
