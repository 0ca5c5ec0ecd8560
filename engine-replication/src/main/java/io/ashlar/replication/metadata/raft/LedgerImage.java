package io.ashlar.replication.metadata.raft;

import io.ashlar.core.base.Crc32c;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.MalformedMetadataException;
import io.ashlar.replication.metadata.MetadataCodec;
import io.ashlar.replication.metadata.raft.Ledger.Session;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;

/// A [Ledger] as bytes: what a snapshot is, on disk and on the way to a node that lags, and what a
/// backup is, which has no sessions.
///
/// ```
/// 0       8        12        16         20
/// +-------+--------+---------+----------+------------------------------+--------------+
/// | magic | crc32c | version | sessions | (id · batch · length · reply)* | state …    |
/// |  (8)  |  (4)   |   (4)   |   (4)    |  16    8       4               | to the end |
/// +-------+--------+---------+----------+------------------------------+--------------+
/// ```
///
/// Little-endian. The checksum covers all after it; sessions come in the order of their last use;
/// the state is as `MetadataCodec` writes it.
///
/// ## History
///
/// - **v1** first format.
final class LedgerImage {
  private static final long MAGIC = 0x4154454d4c485341L; // "ASHLMETA"
  private static final int VERSION = 1;

  private static final int MAGIC_OFFSET = 0;
  private static final int CRC_OFFSET = MAGIC_OFFSET + Long.BYTES;
  private static final int VERSION_OFFSET = CRC_OFFSET + Integer.BYTES;
  private static final int COUNT_OFFSET = VERSION_OFFSET + Integer.BYTES;
  private static final int SESSIONS_OFFSET = COUNT_OFFSET + Integer.BYTES;
  private static final int SESSION_BYTES = 3 * Long.BYTES + Integer.BYTES;

  private LedgerImage() {}

  static byte[] encode(Ledger ledger) {
    return encode(ledger.state(), ledger.sessions());
  }

  /// A state alone.
  static byte[] encode(ClusterState state) {
    return encode(state, new LinkedHashMap<>());
  }

  private static byte[] encode(ClusterState state, SequencedMap<UUID, Session> sessions) {
    byte[] stateBytes = MetadataCodec.encode(state);
    int length = SESSIONS_OFFSET + stateBytes.length;
    for (Session session : sessions.values()) {
      length += SESSION_BYTES + session.reply().length;
    }
    ByteBuffer to = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    to.putLong(MAGIC).putInt(0).putInt(VERSION).putInt(sessions.size());
    for (Map.Entry<UUID, Session> each : sessions.entrySet()) {
      UUID id = each.getKey();
      to.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
      to.putLong(each.getValue().batch());
      to.putInt(each.getValue().reply().length).put(each.getValue().reply());
    }
    to.put(stateBytes);
    to.putInt(CRC_OFFSET, checksum(to.array()));
    return to.array();
  }

  /// @throws MalformedMetadataException unless exactly these bytes are an image
  static Ledger decode(byte[] bytes) throws MalformedMetadataException {
    ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < SESSIONS_OFFSET || from.getLong() != MAGIC) {
      throw new MalformedMetadataException("it is no image of cluster metadata");
    }
    if (from.getInt() != checksum(bytes)) {
      throw new MalformedMetadataException("its checksum does not hold");
    }
    int version = from.getInt();
    if (version != VERSION) {
      throw new MalformedMetadataException(
          "it is of version %d, and this program reads version %d: use a newer one"
              .formatted(version, VERSION));
    }
    try {
      SequencedMap<UUID, Session> sessions = new LinkedHashMap<>();
      for (int left = from.getInt(); left > 0; left--) {
        UUID id = new UUID(from.getLong(), from.getLong());
        long batch = from.getLong();
        byte[] reply = new byte[Math.clamp(from.getInt(), 0, from.remaining())];
        from.get(reply);
        sessions.put(id, new Session(batch, reply));
      }
      ClusterState state =
          MetadataCodec.decodeState(new UnsafeBuffer(bytes), from.position(), from.remaining());
      return new Ledger(state, sessions);
    } catch (BufferUnderflowException e) {
      throw new MalformedMetadataException("it ends early");
    }
  }

  private static int checksum(byte[] bytes) {
    return new Crc32c().of(new UnsafeBuffer(bytes), VERSION_OFFSET, bytes.length - VERSION_OFFSET);
  }
}
