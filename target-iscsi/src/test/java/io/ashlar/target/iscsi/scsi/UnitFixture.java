package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.reservation.HostIdentity;
import io.ashlar.core.reservation.ReservationGate;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.simulation.MemoryBlockVolume;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// A unit over a volume in memory, and initiators that send it commands whole.
final class UnitFixture implements UnitHost {
  static final long BLOCKS = 1024;

  final MemoryBlockVolume volume;
  final LogicalUnit unit;
  final Nexus first = new Nexus(HostIdentity.iscsi("iqn.2026-11.test:first", 1));
  final Nexus second = new Nexus(HostIdentity.iscsi("iqn.2026-11.test:second", 2));
  final List<Nexus> withdrawn = new ArrayList<>();

  private final UnsafeBuffer memory;
  private final ScsiTask task = new ScsiTask(this, done -> {});

  UnitFixture(int blockBytes) {
    this(blockBytes, room());
  }

  /// @param memory where commands' data lie, with whatever others left there
  UnitFixture(int blockBytes, UnsafeBuffer memory) {
    this(new VolumeGeometry(BLOCKS * blockBytes, blockBytes), memory);
  }

  UnitFixture(VolumeGeometry geometry, UnsafeBuffer memory) {
    this.memory = memory;
    volume = MemoryBlockVolume.numbered(1, geometry);
    String name = "iqn.2026-11.io.ashlar:" + volume.id();
    unit = new LogicalUnit(volume, new UnitIdentity(volume.id(), name), this);
    unit.attach(first);
    unit.attach(second);
    first.takeAttention();
    second.takeAttention();
  }

  /// Memory for the longest transfer.
  static UnsafeBuffer room() {
    return new UnsafeBuffer(ByteBuffer.allocateDirect(LogicalUnit.TRANSFER_BYTES_MAX));
  }

  @Override
  public void withdrawTasks(Nexus nexus, ReservationGate gate) {
    withdrawn.add(nexus);
  }

  @Override
  public @Nullable BlockVolume find(long naa, Nexus nexus) {
    return null;
  }

  /// Sends a command with its data.
  ///
  /// @param cdb in hexadecimal; filled with zeroes
  ScsiTask send(Nexus nexus, String cdb, byte... data) {
    return send(nexus, cdb, 0, data);
  }

  ScsiTask send(Nexus nexus, String cdb, long lun, byte[] data) {
    byte[] bytes = HexFormat.of().parseHex(cdb.replace(" ", ""));
    task.cdb.setMemory(0, Cdb.BYTES_MAX, (byte) 0);
    task.cdb.putBytes(0, bytes);
    task.expectedOutBytes = data.length;
    if (unit.admit(task, nexus, lun)) {
      memory.putBytes(0, data);
      task.data.wrap(memory);
      task.dataOutReceived = Math.min(task.dataOutBytes, data.length);
      unit.execute(task);
    }
    return task;
  }

  /// How a command ended: "GOOD", "CONFLICT", or its sense.
  static String outcome(ScsiTask task) {
    return switch (task.status) {
      case ScsiStatus.GOOD -> "GOOD";
      case ScsiStatus.RESERVATION_CONFLICT -> "CONFLICT";
      case ScsiStatus.CHECK_CONDITION -> task.sense.sense().name();
      default -> "status " + task.status;
    };
  }

  /// Which byte of the CDB or of the parameter list the sense names.
  static int fieldNamed(ScsiTask task) {
    UnsafeBuffer sense = new UnsafeBuffer(new byte[SenseData.BYTES_MAX]);
    task.sense.write(sense, 0, SenseFormat.FIXED);
    return Wire.getShort(sense, 16);
  }

  /// The data that a command returned.
  static String data(ScsiTask task) {
    byte[] bytes = new byte[task.dataInBytes];
    task.data.getBytes(0, bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /// As many bytes of the same value.
  static byte[] filled(int bytes, int value) {
    byte[] data = new byte[bytes];
    java.util.Arrays.fill(data, (byte) value);
    return data;
  }
}
