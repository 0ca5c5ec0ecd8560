package io.ashlar.target.iscsi;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/// A small initiator that sends what a test tells it to, its PDUs laid out apart from the target's
/// code.
@SuppressWarnings("ByteBufferBackingArray")
final class ScriptedInitiator implements AutoCloseable {
  /// A PDU that the target sent.
  @SuppressWarnings("ArrayRecordComponent")
  record Pdu(ByteBuffer header, byte[] data) {
    int opcode() {
      return header.get(0) & 0x3F;
    }

    int loginStatus() {
      return header.getShort(36) & 0xFFFF;
    }

    /// The status of a SCSI response.
    int status() {
      return header.get(3) & 0xFF;
    }

    /// Sense key, additional sense code and its qualifier of a SCSI response with fixed-format
    /// sense data.
    String sense() {
      return "%02x/%02x/%02x".formatted(data[4] & 0xF, data[14], data[15]);
    }

    int flags() {
      return header.get(1) & 0xFF;
    }

    /// The value of a key in a login or text answer, or nothing.
    String key(String key) {
      for (String pair : new String(data, StandardCharsets.UTF_8).split("\0", -1)) {
        if (pair.startsWith(key + "=")) {
          return pair.substring(key.length() + 1);
        }
      }
      return "";
    }
  }

  private static final int TIMEOUT_MS = 20_000;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private int cmdSn = 1;
  private boolean hasDigests;

  ScriptedInitiator(InetSocketAddress address) throws IOException {
    socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout(TIMEOUT_MS);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /// Logs in without proof, straight from the operational stage.
  Pdu login(String targetName) throws IOException {
    String keys =
        "InitiatorName=iqn.2026-11.test:scripted\0SessionType=Normal\0TargetName="
            + targetName
            + "\0InitialR2T=Yes\0ImmediateData=No\0";
    return loginStep(0x87, keys);
  }

  /// One login request.
  ///
  /// @param flags T, C, CSG and NSG
  /// @param keys the text, its pairs ended by zero bytes
  Pdu loginStep(int flags, String keys) throws IOException {
    ByteBuffer header = header(0x43, flags);
    header.putLong(8, 0x0002_3d00_0001_0000L);
    header.putInt(24, cmdSn);
    send(header, keys.getBytes(StandardCharsets.UTF_8));
    return receive();
  }

  /// A text request.
  ///
  /// @param transferTag -1, or the tag of the answer whose next part is wanted
  Pdu text(int transferTag, String keys) throws IOException {
    ByteBuffer header = header(0x44, 0x80);
    header.putInt(16, 7).putInt(20, transferTag).putInt(24, cmdSn);
    send(header, keys.getBytes(StandardCharsets.UTF_8));
    return receive();
  }

  /// From now on both sides' PDUs carry header and data digests.
  void useDigests() {
    hasDigests = true;
  }

  /// Sends a SCSI command without immediate data.
  void command(int taskTag, int flags, int expectedBytes, byte... cdb) throws IOException {
    send(commandHeader(taskTag, flags, expectedBytes, cdb), new byte[0]);
  }

  /// The header of a SCSI command with the next number.
  ByteBuffer commandHeader(int taskTag, int flags, int expectedBytes, byte... cdb) {
    ByteBuffer header = header(0x01, flags);
    header.putInt(16, taskTag);
    header.putInt(20, expectedBytes);
    header.putInt(24, cmdSn);
    cmdSn++;
    return header.put(32, cdb);
  }

  /// Takes one read's data and status, which must be good.
  byte[] receiveRead() throws IOException {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    while (true) {
      Pdu pdu = receive();
      if (pdu.opcode() != 0x25) {
        throw new IOException("a read ended with " + pdu);
      }
      data.writeBytes(pdu.data());
      if ((pdu.flags() & 1) != 0) {
        return data.toByteArray();
      }
    }
  }

  /// After this the target has read whatever other connections sent before: the first answer may
  /// come from the same turn of its loop.
  void pingTwice() throws IOException {
    for (int i = 0; i < 2; i++) {
      send(header(0x40, 0x80).putInt(16, 99).putInt(20, -1).putInt(24, cmdSn), new byte[0]);
      if (receive().opcode() != 0x20) {
        throw new IOException("a ping was not answered");
      }
    }
  }

  /// An immediate task management request.
  void manageTask(int taskTag, int function, int referencedTag) throws IOException {
    ByteBuffer header = header(0x42, 0x80 | function);
    header.putInt(16, taskTag).putInt(20, referencedTag).putInt(24, cmdSn);
    send(header, new byte[0]);
  }

  /// The number that the next command will have.
  int nextCmdSn() {
    return cmdSn;
  }

  /// Leaves numbers out, or uses them again.
  void nextCmdSn(int number) {
    cmdSn = number;
  }

  /// Says that it will send no more, and waits for the target to close.
  void leave() throws IOException {
    socket.shutdownOutput();
    in.readAllBytes();
  }

  /// Answers an R2T with one Data-Out.
  void dataOut(Pdu readyToTransfer, int dataSn, byte[] data) throws IOException {
    ByteBuffer header = header(0x05, 0x80);
    header.putInt(16, readyToTransfer.header().getInt(16));
    header.putInt(20, readyToTransfer.header().getInt(20));
    header.putInt(36, dataSn);
    header.putInt(40, readyToTransfer.header().getInt(40));
    send(header, data);
  }

  static ByteBuffer header(int firstByte, int flags) {
    return ByteBuffer.allocate(48).put(0, (byte) firstByte).put(1, (byte) flags);
  }

  void send(ByteBuffer header, byte[] data) throws IOException {
    header.putInt(4, data.length);
    byte[] padded = java.util.Arrays.copyOf(data, (data.length + 3) & ~3);
    int digestBytes = hasDigests ? (data.length > 0 ? 8 : 4) : 0;
    ByteBuffer pdu = ByteBuffer.allocate(48 + padded.length + digestBytes).put(header.array());
    if (hasDigests) {
      pdu.putInt(digest(header.array()));
    }
    pdu.put(padded);
    if (hasDigests && data.length > 0) {
      pdu.putInt(digest(padded));
    }
    sendBytes(pdu.array());
  }

  /// The CRC32C as it is sent: least significant byte first.
  static int digest(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return Integer.reverseBytes((int) crc.getValue());
  }

  void sendBytes(byte... bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  Pdu receive() throws IOException {
    byte[] header = in.readNBytes(48);
    if (header.length < 48) {
      throw new IOException("the target closed the connection");
    }
    ByteBuffer bytes = ByteBuffer.wrap(header);
    checkDigest(header);
    int length = bytes.getInt(4) & 0xFF_FFFF;
    byte[] padded = in.readNBytes((length + 3) & ~3);
    if (length > 0) {
      checkDigest(padded);
    }
    return new Pdu(bytes, java.util.Arrays.copyOf(padded, length));
  }

  private void checkDigest(byte[] covered) throws IOException {
    if (hasDigests && in.readInt() != digest(covered)) {
      throw new IOException("the target sent a wrong digest");
    }
  }

  /// Whether the target closes the connection, whatever it still sends before.
  boolean isClosedByTarget() throws IOException {
    try {
      in.readAllBytes();
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (java.net.SocketException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
