package io.ashlar.target.nvme.spec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.charset.StandardCharsets;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// Identify Controller data (Base 2.0, figure 275; CNS 01h). Only fields that Ashlar fills have
/// offsets; the rest is zero: absent.
///
/// ```
/// 0     4     24    64    72 … 77  78    80   92   96 … 111  256 … 320 … 342 …  512 … 768 … 1792 … 4096
/// +-----+-----+-----+-----+----+---+-----+----+----+----+----+----+----+---+----+----+-----+------+
/// | ids | sn  | mn  | fr  |    |mdts cntlid ver oaes ctratt type caps  kas  ana  | I/O | nqn | fabrics
/// +-----+-----+-----+-----+----+---+-----+----+----+----+----+----+----+---+----+----+-----+------+
/// ```
public final class IdentifyControllerFlyweight {
  public static final int LENGTH_BYTES = 4096;

  public static final int SERIAL_NUMBER_OFFSET = 4;
  public static final int SERIAL_NUMBER_BYTES = 20;
  public static final int MODEL_NUMBER_OFFSET = SERIAL_NUMBER_OFFSET + SERIAL_NUMBER_BYTES;
  public static final int MODEL_NUMBER_BYTES = 40;
  public static final int FIRMWARE_OFFSET = MODEL_NUMBER_OFFSET + MODEL_NUMBER_BYTES;
  public static final int FIRMWARE_BYTES = 8;
  public static final int MULTIPATH_OFFSET = 76;
  public static final int TRANSFER_SIZE_OFFSET = 77;
  public static final int CONTROLLER_ID_OFFSET = 78;
  public static final int VERSION_OFFSET = 80;
  public static final int ASYNC_EVENTS_OFFSET = 92;
  public static final int ATTRIBUTES_OFFSET = 96;
  public static final int CONTROLLER_TYPE_OFFSET = 111;
  public static final int ABORT_LIMIT_OFFSET = 258;
  public static final int ASYNC_EVENT_LIMIT_OFFSET = 259;
  public static final int FIRMWARE_UPDATES_OFFSET = 260;
  public static final int LOG_ATTRIBUTES_OFFSET = 261;
  public static final int ERROR_LOG_ENTRIES_OFFSET = 262;
  public static final int WARNING_TEMPERATURE_OFFSET = 266;
  public static final int CRITICAL_TEMPERATURE_OFFSET = 268;
  public static final int KEEP_ALIVE_GRANULARITY_OFFSET = 320;
  public static final int ANA_TRANSITION_SECONDS_OFFSET = 342;
  public static final int ANA_CAPABILITIES_OFFSET = 343;
  public static final int ANA_GROUP_MAX_OFFSET = 344;
  public static final int ANA_GROUP_COUNT_OFFSET = 348;
  public static final int SQ_ENTRY_SIZE_OFFSET = 512;
  public static final int CQ_ENTRY_SIZE_OFFSET = 513;
  public static final int COMMANDS_MAX_OFFSET = 514;
  public static final int NAMESPACES_OFFSET = 516;
  public static final int OPTIONAL_COMMANDS_OFFSET = 520;
  public static final int FUSED_OPERATIONS_OFFSET = 522;
  public static final int VOLATILE_WRITE_CACHE_OFFSET = 525;
  public static final int ATOMIC_WRITE_OFFSET = 526;
  public static final int ATOMIC_WRITE_POWER_FAIL_OFFSET = 528;
  public static final int ATOMIC_COMPARE_AND_WRITE_OFFSET = 532;
  public static final int COPY_FORMATS_OFFSET = 534;
  public static final int SGL_SUPPORT_OFFSET = 536;
  public static final int NAMESPACES_ALLOWED_OFFSET = 540;
  public static final int SUBSYSTEM_NQN_OFFSET = 768;
  public static final int SUBSYSTEM_NQN_BYTES = 256;
  public static final int COMMAND_CAPSULE_OFFSET = 1792;
  public static final int RESPONSE_CAPSULE_OFFSET = 1796;
  public static final int SGL_DESCRIPTORS_MAX_OFFSET = 1803;
  public static final int OPTIONAL_FABRICS_COMMANDS_OFFSET = 1804;
  public static final int POWER_STATE_OFFSET = 2048;

  public static final int TYPE_IO = 1;
  public static final int TYPE_DISCOVERY = 2;

  public static final int ATTRIBUTE_HOST_ID_128 = 1;
  public static final int ATTRIBUTE_TRAFFIC_KEEP_ALIVE = 1 << 6;

  public static final int MULTIPATH_CONTROLLERS = 1 << 1;
  public static final int MULTIPATH_ANA = 1 << 3;

  public static final int EVENT_NAMESPACE = 1 << 8;
  public static final int EVENT_ANA = 1 << 11;
  public static final int EVENT_DISCOVERY = 1 << 31;

  public static final int LOG_COMMANDS_SUPPORTED = 1 << 1;
  public static final int LOG_EXTENDED = 1 << 2;

  public static final int OPTIONAL_DISCONNECT = 1;

  public static final int OPTIONAL_COMPARE = 1;
  public static final int OPTIONAL_DATASET_MANAGEMENT = 1 << 2;
  public static final int OPTIONAL_WRITE_ZEROES = 1 << 3;
  public static final int OPTIONAL_RESERVATIONS = 1 << 5;
  public static final int OPTIONAL_TIMESTAMP = 1 << 6;
  public static final int OPTIONAL_VERIFY = 1 << 7;
  public static final int OPTIONAL_COPY = 1 << 8;

  /// SGLs of any alignment; offsets into the capsule.
  public static final int SGL_SUPPORT = 1 | 1 << 20;

  private final UnsafeBuffer data = new UnsafeBuffer(0, 0);

  /// Lays this flyweight over `buffer` and clears it.
  public IdentifyControllerFlyweight wrapCleared(MutableDirectBuffer buffer, int offset) {
    data.wrap(buffer, offset, LENGTH_BYTES);
    data.setMemory(0, LENGTH_BYTES, (byte) 0);
    return this;
  }

  public IdentifyControllerFlyweight put8(int offset, int value) {
    data.putByte(offset, (byte) value);
    return this;
  }

  public IdentifyControllerFlyweight put16(int offset, int value) {
    data.putShort(offset, (short) value, LITTLE_ENDIAN);
    return this;
  }

  public IdentifyControllerFlyweight put32(int offset, int value) {
    data.putInt(offset, value, LITTLE_ENDIAN);
    return this;
  }

  /// Puts text padded with spaces to `lengthBytes`, cut where it is longer.
  public IdentifyControllerFlyweight putPadded(int offset, int lengthBytes, String text) {
    data.setMemory(offset, lengthBytes, (byte) ' ');
    putAscii(offset, lengthBytes, text);
    return this;
  }

  /// Puts text ended by a zero.
  public IdentifyControllerFlyweight putTerminated(int offset, int lengthBytes, String text) {
    putAscii(offset, lengthBytes - 1, text);
    return this;
  }

  private void putAscii(int offset, int lengthBytes, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    data.putBytes(offset, bytes, 0, Math.min(bytes.length, lengthBytes));
  }
}
