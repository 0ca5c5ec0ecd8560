package io.ashlar.daemon.secret;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.transform.KeyEncryptionKey;
import io.ashlar.core.transform.LocalKeyProvider;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;

/// The file that holds the key encryption key, mode 0600. Whoever has it and the pool can read
/// every volume; whoever lost it can read none.
///
/// ```
/// 0            8                        24                        56        60
/// +------------+------------------------+-------------------------+---------+
/// | "ASHLKEK1" | id (UUID)              | AES-256 key             | CRC-32C |
/// +------------+------------------------+-------------------------+---------+
/// ```
///
/// Little-endian; the id is its two halves, most significant first; the CRC covers all before it
/// and tells a damaged file from a wrong one.
public final class KekFile {
  private static final long MAGIC = 0x314B_454B_4C48_5341L;
  private static final int ID_OFFSET = Long.BYTES;
  private static final int KEY_OFFSET = ID_OFFSET + 2 * Long.BYTES;
  private static final int CRC_OFFSET = KEY_OFFSET + KeyEncryptionKey.LENGTH_BYTES;
  private static final int LENGTH_BYTES = CRC_OFFSET + Integer.BYTES;
  private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

  private final Path path;
  private final SecureRandom random = new SecureRandom();

  public KekFile(Path path) {
    this.path = path;
  }

  public boolean exists() {
    return new SecretFile(path).exists();
  }

  /// Makes the file with a new key. Never over another one.
  public void create() throws SecretFileException {
    SecretFile file = new SecretFile(path);
    ByteBuffer content = ByteBuffer.allocateDirect(LENGTH_BYTES);
    UnsafeBuffer bytes = new UnsafeBuffer(content);
    byte[] drawn = new byte[KeyEncryptionKey.LENGTH_BYTES];
    try {
      random.nextBytes(drawn);
      UUID id = UUID.randomUUID();
      bytes.putLong(0, MAGIC, LITTLE);
      bytes.putLong(ID_OFFSET, id.getMostSignificantBits(), LITTLE);
      bytes.putLong(ID_OFFSET + Long.BYTES, id.getLeastSignificantBits(), LITTLE);
      bytes.putBytes(KEY_OFFSET, drawn);
      bytes.putInt(CRC_OFFSET, new Crc32c().of(bytes, 0, CRC_OFFSET), LITTLE);
      file.create(content);
    } catch (IOException failure) {
      throw new SecretFileException(
          "The key file " + path + " cannot be written: check its directory's owner.", failure);
    } finally {
      Arrays.fill(drawn, (byte) 0);
      bytes.setMemory(0, LENGTH_BYTES, (byte) 0);
    }
  }

  /// The file's bytes, proved, for another node of the cluster that is proved to be one. The caller
  /// wipes them.
  public byte[] copy() throws SecretFileException {
    ByteBuffer content = ByteBuffer.allocateDirect(LENGTH_BYTES);
    UnsafeBuffer bytes = new UnsafeBuffer(content);
    try {
      readProved(content, bytes);
      byte[] copy = new byte[LENGTH_BYTES];
      bytes.getBytes(0, copy);
      return copy;
    } finally {
      bytes.setMemory(0, LENGTH_BYTES, (byte) 0);
    }
  }

  /// Puts what [#copy] gave on another node in the place of this node's own key, under which
  /// nothing is sealed.
  public void install(byte[] copy) throws SecretFileException {
    ByteBuffer content = ByteBuffer.allocateDirect(LENGTH_BYTES);
    UnsafeBuffer bytes = new UnsafeBuffer(content);
    try {
      if (copy.length != LENGTH_BYTES) {
        throw new SecretFileException("The key that came from the cluster is none: join again.");
      }
      bytes.putBytes(0, copy);
      prove(bytes);
      new SecretFile(path).replace(content);
    } catch (IOException failure) {
      throw new SecretFileException(
          "The key file " + path + " cannot be written: check its directory's owner.", failure);
    } finally {
      bytes.setMemory(0, LENGTH_BYTES, (byte) 0);
    }
  }

  private void readProved(ByteBuffer content, UnsafeBuffer bytes) throws SecretFileException {
    new SecretFile(path).read(content);
    prove(bytes);
  }

  private void prove(UnsafeBuffer bytes) throws SecretFileException {
    if (bytes.getLong(0, LITTLE) != MAGIC) {
      throw new SecretFileException(path + " is no Ashlar key file: bring back the right one.");
    }
    if (bytes.getInt(CRC_OFFSET, LITTLE) != new Crc32c().of(bytes, 0, CRC_OFFSET)) {
      throw new SecretFileException(
          path + " is damaged (its checksum does not hold): bring it back from your copy.");
    }
  }

  /// A key provider that holds the file's key. One thread's own; the caller closes it.
  public LocalKeyProvider open() throws SecretFileException {
    ByteBuffer content = ByteBuffer.allocateDirect(LENGTH_BYTES);
    UnsafeBuffer bytes = new UnsafeBuffer(content);
    try {
      readProved(content, bytes);
      UUID id =
          new UUID(bytes.getLong(ID_OFFSET, LITTLE), bytes.getLong(ID_OFFSET + Long.BYTES, LITTLE));
      return new LocalKeyProvider(
          random::nextBytes, KeyEncryptionKey.copyOf(id, bytes, KEY_OFFSET));
    } finally {
      bytes.setMemory(0, LENGTH_BYTES, (byte) 0);
    }
  }
}
