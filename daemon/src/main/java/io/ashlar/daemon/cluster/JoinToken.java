package io.ashlar.daemon.cluster;

import io.ashlar.control.ControlException;
import io.ashlar.control.ProblemCode;
import io.ashlar.core.base.Crc32c;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;

/// What lets one node join a cluster, once: where to ask, by what to know the one that answers, and
/// a secret. As text it is `ashlar-join-` and these bytes in URL-safe Base64:
///
/// ```
/// 0         1         17             49        81        89     91        92
/// +---------+---------+--------------+---------+---------+------+---------+---------+--------+
/// | version | cluster | SHA-256 of   | secret  | expires | port | address | address | crc32c |
/// |   (1)   |  (16)   | authority 32 |  (32)   |   (8)   | (2)  | length  | 4 or 16 |  (4)   |
/// +---------+---------+--------------+---------+---------+------+---------+---------+--------+
/// ```
///
/// Big-endian; it expires at a second since 1970. The checksum covers all before it: it tells a
/// token that was copied badly from one that is not accepted.
final class JoinToken {
  static final int SECRET_BYTES = 32;
  static final int FINGERPRINT_BYTES = 32;

  private static final String PREFIX = "ashlar-join-";
  private static final int VERSION = 1;
  private static final int FIXED_BYTES =
      1 + 2 * Long.BYTES + FINGERPRINT_BYTES + SECRET_BYTES + Long.BYTES + Short.BYTES + 1;
  private static final int PORT_MASK = 0xFFFF;

  private final UUID cluster;
  private final byte[] authority;
  private final byte[] secret;
  private final Instant expires;
  private final InetSocketAddress door;

  /// @param authority SHA-256 of the authority's certificate
  /// @param door of the node that issues
  JoinToken(
      UUID cluster, byte[] authority, byte[] secret, Instant expires, InetSocketAddress door) {
    this.cluster = cluster;
    this.authority = authority.clone();
    this.secret = secret.clone();
    this.expires = expires;
    this.door = door;
  }

  /// @throws ControlException [ProblemCode#TOKEN_REFUSED] with a sentence if it is none
  static JoinToken parse(String text) {
    String word = text.strip();
    if (!word.startsWith(PREFIX)) {
      throw garbled();
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(word.substring(PREFIX.length()));
    } catch (IllegalArgumentException notBase64) {
      throw garbled();
    }
    if (bytes.length < FIXED_BYTES + Integer.BYTES) {
      throw garbled();
    }
    ByteBuffer from = ByteBuffer.wrap(bytes);
    int length = bytes.length - Integer.BYTES;
    if (from.getInt(length) != checksum(bytes, length)) {
      throw garbled();
    }
    try {
      return read(from);
    } catch (BufferUnderflowException | UnknownHostException wrong) {
      throw garbled();
    }
  }

  private static JoinToken read(ByteBuffer from) throws UnknownHostException {
    if (from.get() != VERSION) {
      throw new ControlException(
          ProblemCode.TOKEN_REFUSED,
          "The token was made by a newer version of Ashlar: use that version here too.");
    }
    UUID cluster = new UUID(from.getLong(), from.getLong());
    byte[] authority = new byte[FINGERPRINT_BYTES];
    from.get(authority);
    byte[] secret = new byte[SECRET_BYTES];
    from.get(secret);
    Instant expires = Instant.ofEpochSecond(Math.clamp(from.getLong(), 0, Integer.MAX_VALUE));
    int port = from.getShort() & PORT_MASK;
    byte[] address = new byte[from.get() & 0xFF];
    from.get(address);
    return new JoinToken(
        cluster,
        authority,
        secret,
        expires,
        new InetSocketAddress(InetAddress.getByAddress(address), port));
  }

  private static ControlException garbled() {
    return new ControlException(
        ProblemCode.TOKEN_REFUSED,
        "This is no token, or not all of it: copy the whole line that 'ashlar cluster token create'"
            + " printed.");
  }

  private static int checksum(byte[] bytes, int length) {
    return new Crc32c().of(new UnsafeBuffer(bytes), 0, length);
  }

  /// As text, which is a secret.
  String text() {
    byte[] address = door.getAddress().getAddress();
    byte[] bytes = new byte[FIXED_BYTES + address.length + Integer.BYTES];
    ByteBuffer to = ByteBuffer.wrap(bytes);
    to.put((byte) VERSION);
    to.putLong(cluster.getMostSignificantBits()).putLong(cluster.getLeastSignificantBits());
    to.put(authority).put(secret).putLong(expires.getEpochSecond());
    to.putShort((short) door.getPort()).put((byte) address.length).put(address);
    to.putInt(checksum(bytes, to.position()));
    try {
      return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  UUID cluster() {
    return cluster;
  }

  byte[] authority() {
    return authority.clone();
  }

  byte[] secret() {
    return secret.clone();
  }

  Instant expires() {
    return expires;
  }

  InetSocketAddress door() {
    return door;
  }

  /// Keeps the secret out of logs.
  @Override
  public String toString() {
    return "a token of cluster " + cluster + " for " + door;
  }
}
