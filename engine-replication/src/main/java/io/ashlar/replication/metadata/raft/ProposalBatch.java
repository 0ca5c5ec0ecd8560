package io.ashlar.replication.metadata.raft;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// One entry of the Raft log: commands that a node proposes at once.
///
/// ```
/// 0         4         20       28      32
/// +---------+---------+--------+-------+------------------------------+
/// | version | session | number | count | (length (4) · command)*      |
/// +---------+---------+--------+-------+------------------------------+
/// ```
///
/// Little-endian. Commands are as `MetadataCodec` writes them, with checksums of their own; the log
/// and the network have theirs.
///
/// @param session drawn when a node begins to propose; 0 in nobody's
/// @param number rises with each batch of a session; the first, which is empty, opens it
record ProposalBatch(UUID session, long number, List<byte[]> commands) {
  /// More than this in one entry and Ratis' buffers would have to be larger.
  static final int COMMAND_BYTES_MAX = 1 << 20;

  static final int COMMANDS_MAX = 64;

  private static final int VERSION = 1;

  private static final int VERSION_OFFSET = 0;
  private static final int SESSION_OFFSET = VERSION_OFFSET + Integer.BYTES;
  private static final int NUMBER_OFFSET = SESSION_OFFSET + 2 * Long.BYTES;
  private static final int COUNT_OFFSET = NUMBER_OFFSET + Long.BYTES;
  private static final int COMMANDS_OFFSET = COUNT_OFFSET + Integer.BYTES;

  ProposalBatch {
    commands = List.copyOf(commands);
  }

  byte[] encode() {
    int length = COMMANDS_OFFSET;
    for (byte[] command : commands) {
      length += Integer.BYTES + command.length;
    }
    ByteBuffer to = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    to.putInt(VERSION);
    to.putLong(session.getMostSignificantBits()).putLong(session.getLeastSignificantBits());
    to.putLong(number).putInt(commands.size());
    for (byte[] command : commands) {
      to.putInt(command.length).put(command);
    }
    return to.array();
  }

  /// @throws IllegalStateException for what this program does not know: a committed entry that one
  ///   node skips would make it differ from the others for ever
  static ProposalBatch decode(byte[] bytes) {
    ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int version = bytes.length < COMMANDS_OFFSET ? 0 : from.getInt();
    if (version != VERSION) {
      throw new IllegalStateException(
          "an entry of the metadata's log is of version %d, and this program reads version %d: use a newer one"
              .formatted(version, VERSION));
    }
    UUID session = new UUID(from.getLong(), from.getLong());
    long number = from.getLong();
    int count = from.getInt();
    List<byte[]> commands = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] command = new byte[from.getInt()];
      from.get(command);
      commands.add(command);
    }
    return new ProposalBatch(session, number, commands);
  }
}
