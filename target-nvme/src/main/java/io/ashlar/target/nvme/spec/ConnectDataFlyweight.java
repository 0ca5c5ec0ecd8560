package io.ashlar.target.nvme.spec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// The data of a Fabrics Connect command (Base 2.0, 6.3).
///
/// ```
/// 0          16        18           256            512          768        1024
/// +----------+---------+- reserved -+--------------+------------+- reserved -+
/// | host id  | cntlid  |            | subsystem NQN| host NQN   |            |
/// +----------+---------+------------+--------------+------------+------------+
/// ```
public final class ConnectDataFlyweight {
  public static final int LENGTH_BYTES = 1024;

  public static final int HOST_ID_OFFSET = 0;
  public static final int HOST_ID_BYTES = 16;
  public static final int CONTROLLER_ID_OFFSET = HOST_ID_OFFSET + HOST_ID_BYTES;
  public static final int SUBSYSTEM_NQN_OFFSET = 256;
  public static final int NQN_FIELD_BYTES = 256;
  public static final int HOST_NQN_OFFSET = SUBSYSTEM_NQN_OFFSET + NQN_FIELD_BYTES;

  /// The longest NQN in bytes, its terminator not counted (Base 2.0, 4.5).
  public static final int NQN_BYTES_MAX = 223;

  /// The controller id by which a host asks for a new (dynamic) controller.
  public static final int CONTROLLER_ID_DYNAMIC = 0xFFFF;

  private final UnsafeBuffer data = new UnsafeBuffer(0, 0);

  public ConnectDataFlyweight wrap(DirectBuffer buffer, int offset) {
    data.wrap(buffer, offset, LENGTH_BYTES);
    return this;
  }

  public long hostIdHigh() {
    return data.getLong(HOST_ID_OFFSET, LITTLE_ENDIAN);
  }

  public long hostIdLow() {
    return data.getLong(HOST_ID_OFFSET + Long.BYTES, LITTLE_ENDIAN);
  }

  public int controllerId() {
    return data.getShort(CONTROLLER_ID_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
  }

  /// The subsystem's name, or null if the field is not a terminated NQN.
  public @Nullable String subsystemNqn() {
    return nqn(SUBSYSTEM_NQN_OFFSET);
  }

  /// The host's name, or null if the field is not a terminated NQN.
  public @Nullable String hostNqn() {
    return nqn(HOST_NQN_OFFSET);
  }

  private @Nullable String nqn(int offset) {
    int length = 0;
    while (length <= NQN_BYTES_MAX && data.getByte(offset + length) != 0) {
      length++;
    }
    if (length == 0 || length > NQN_BYTES_MAX) {
      return null;
    }
    byte[] bytes = new byte[length];
    data.getBytes(offset, bytes);
    String name = new String(bytes, StandardCharsets.UTF_8);
    boolean isReadable =
        name.indexOf('\uFFFD') < 0 && name.chars().noneMatch(Character::isISOControl);
    return name.startsWith("nqn.") && isReadable ? name : null;
  }
}
