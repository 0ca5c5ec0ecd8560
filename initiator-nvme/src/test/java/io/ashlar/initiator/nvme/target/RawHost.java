package io.ashlar.initiator.nvme.target;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A host that says whatever bytes it is told to: for input that a sound host never sends.
final class RawHost implements AutoCloseable {
  static final int TERM_REQ = 3;
  static final int RESPONSE = 5;
  static final int READY_TO_TRANSFER = 9;

  private final Socket socket;

  RawHost(InetSocketAddress address) throws IOException {
    socket = new Socket(address.getAddress(), address.getPort());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(10_000);
  }

  /// A host that has been through ICReq with these digests.
  static RawHost initialized(InetSocketAddress address, int digests) throws IOException {
    RawHost host = new RawHost(address);
    host.send(initializeRequest(digests));
    ByteBuffer answer = host.receive();
    if (answer == null || answer.get(0) != 1) {
      throw new IOException("no ICResp");
    }
    return host;
  }

  /// A host with a connected admin queue of an enabled controller.
  static RawHost connected(InetSocketAddress address, String subsystemNqn) throws IOException {
    RawHost host = initialized(address, 0);
    ByteBuffer capsule = capsule(0x7F, 1, 1, 1024);
    capsule.putInt(8 + 40, 0).putInt(8 + 44, 31).putInt(8 + 48, 60_000);
    capsule.put(72, new byte[16]).putLong(72, 0x0102030405060708L).putShort(72 + 16, (short) -1);
    capsule.put(72 + 256, subsystemNqn.getBytes(StandardCharsets.UTF_8));
    capsule.put(72 + 512, "nqn.2014-08.org.nvmexpress:uuid:raw".getBytes(StandardCharsets.UTF_8));
    host.send(capsule);
    ByteBuffer answer = host.receive();
    if (answer == null || answer.get(0) != RESPONSE || answer.getShort(22) >>> 1 != 0) {
      throw new IOException("not connected");
    }
    ByteBuffer enable = capsule(0x7F, 2, 0, 0);
    host.send(enable.putInt(8 + 44, 0x14).putInt(8 + 48, 0x0046_0001));
    host.receive();
    return host;
  }

  static ByteBuffer initializeRequest(int digests) {
    return pdu(0, 0, 128, 0, 128).put(11, (byte) digests);
  }

  /// A command capsule with `dataLength` bytes of data in it and an SGL that says so.
  static ByteBuffer capsule(int opcode, int commandId, int nsidOrType, int dataLength) {
    ByteBuffer pdu = pdu(4, 0, 72, dataLength == 0 ? 0 : 72, 72 + dataLength);
    pdu.put(8, (byte) opcode).put(9, (byte) 0x40).putShort(10, (short) commandId);
    pdu.putInt(12, nsidOrType).putInt(8 + 32, dataLength);
    return pdu.put(8 + 39, (byte) (dataLength == 0 ? 0x5A : 0x01));
  }

  static ByteBuffer pdu(int type, int flags, int hlen, int pdo, int plen) {
    ByteBuffer pdu = ByteBuffer.allocate(Math.max(plen, 8)).order(ByteOrder.LITTLE_ENDIAN);
    pdu.put(0, (byte) type).put(1, (byte) flags).put(2, (byte) hlen).put(3, (byte) pdo);
    return pdu.putInt(4, plen);
  }

  /// The CRC32C of the first `length` bytes.
  static int digest(ByteBuffer pdu, int length) {
    CRC32C crc = new CRC32C();
    crc.update(pdu.slice(0, length));
    return (int) crc.getValue();
  }

  void send(ByteBuffer pdu) throws IOException {
    byte[] bytes = new byte[pdu.capacity()];
    pdu.get(0, bytes);
    socket.getOutputStream().write(bytes);
  }

  void send(ByteBuffer pdu, int length) throws IOException {
    byte[] bytes = new byte[length];
    pdu.get(0, bytes);
    socket.getOutputStream().write(bytes);
  }

  /// One whole PDU, or null when the target closed.
  @Nullable ByteBuffer receive() throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] header = new byte[8];
    try {
      in.readFully(header);
      ByteBuffer start = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer pdu = ByteBuffer.allocate(start.getInt(4)).order(ByteOrder.LITTLE_ENDIAN);
      pdu.put(0, header);
      byte[] rest = new byte[pdu.capacity() - 8];
      in.readFully(rest);
      return pdu.put(8, rest);
    } catch (EOFException | SocketException e) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
