package io.ashlar.initiator.nvme.queue;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A controller that does exactly what its script says, mostly wrong things. It shares no code with
/// what it tests: PDUs are put together from figures.
final class ScriptedController implements AutoCloseable {
  /// What the controller does with its one connection.
  interface Script {
    void play(ScriptedController peer) throws IOException;
  }

  private final ServerSocket server;
  private final Thread thread;
  private @Nullable Socket socket;
  private @Nullable Throwable problem;

  ScriptedController(Script script) throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    thread = Thread.ofPlatform().daemon().start(() -> run(script));
  }

  private void run(Script script) {
    try (Socket accepted = server.accept()) {
      accepted.setTcpNoDelay(true);
      socket = accepted;
      script.play(this);
    } catch (IOException | RuntimeException | AssertionError e) {
      problem = e;
    }
  }

  InetSocketAddress address() {
    return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
  }

  /// Waits for the script's end and tells what went wrong in it.
  @Nullable Throwable problem() throws InterruptedException {
    thread.join(10_000);
    return problem;
  }

  /// Receives one whole PDU.
  ByteBuffer receive() throws IOException {
    DataInputStream in = new DataInputStream(open().getInputStream());
    byte[] header = new byte[8];
    in.readFully(header);
    int length = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getInt(4);
    byte[] pdu = new byte[length];
    System.arraycopy(header, 0, pdu, 0, 8);
    in.readFully(pdu, 8, length - 8);
    return ByteBuffer.wrap(pdu).order(ByteOrder.LITTLE_ENDIAN);
  }

  /// Receives until the host closes.
  void drain() throws IOException {
    try {
      while (true) {
        receive();
      }
    } catch (EOFException e) {
      // the end that was waited for
    }
  }

  void send(byte[] bytes) throws IOException {
    OutputStream out = open().getOutputStream();
    out.write(bytes);
    out.flush();
  }

  /// ICReq in, a sound ICResp out.
  void initialize(int digests, int maxH2cData) throws IOException {
    receive();
    send(initializeResponse(digests, maxH2cData));
  }

  private Socket open() throws IOException {
    Socket mine = socket;
    if (mine == null) {
      throw new IOException("nobody is connected");
    }
    return mine;
  }

  static byte[] initializeResponse(int digests, int maxH2cData) {
    ByteBuffer pdu = pdu(0x01, 0, 128, 0, 128);
    pdu.put(11, (byte) digests).putInt(12, maxH2cData);
    return bytesOf(pdu);
  }

  static byte[] response(int commandId, int status) {
    ByteBuffer pdu = pdu(0x05, 0, 24, 0, 24);
    pdu.putShort(20, (short) commandId).putShort(22, (short) (status << 1));
    return bytesOf(pdu);
  }

  static byte[] readyToTransfer(int commandId, int tag, int offset, int length) {
    ByteBuffer pdu = pdu(0x09, 0, 24, 0, 24);
    pdu.putShort(8, (short) commandId).putShort(10, (short) tag);
    pdu.putInt(12, offset).putInt(16, length);
    return bytesOf(pdu);
  }

  /// @param flags 4 last, 8 success
  static byte[] data(int commandId, int flags, int offset, byte[] data) {
    ByteBuffer pdu = pdu(0x07, flags, 24, 24, 24 + data.length);
    pdu.putShort(8, (short) commandId).putInt(12, offset).putInt(16, data.length);
    pdu.put(24, data);
    return bytesOf(pdu);
  }

  /// As [#data], with both digests.
  static byte[] digestedData(int commandId, int flags, int offset, byte[] data) {
    ByteBuffer pdu = pdu(0x07, flags | 3, 24, 28, 28 + data.length + 4);
    pdu.putShort(8, (short) commandId).putInt(12, offset).putInt(16, data.length);
    pdu.putInt(24, crc(bytesOf(pdu), 0, 24));
    pdu.put(28, data);
    pdu.putInt(28 + data.length, crc(data, 0, data.length));
    return bytesOf(pdu);
  }

  static ByteBuffer pdu(int type, int flags, int hlen, int pdo, int plen) {
    ByteBuffer pdu = ByteBuffer.allocate(plen).order(ByteOrder.LITTLE_ENDIAN);
    pdu.put(0, (byte) type).put(1, (byte) flags).put(2, (byte) hlen).put(3, (byte) pdo);
    return pdu.putInt(4, plen);
  }

  static byte[] bytesOf(ByteBuffer pdu) {
    byte[] bytes = new byte[pdu.capacity()];
    pdu.get(0, bytes);
    return bytes;
  }

  static int crc(byte[] bytes, int at, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, at, length);
    return (int) crc.getValue();
  }

  static int commandId(ByteBuffer capsule) {
    return capsule.getShort(10) & 0xFFFF;
  }

  @Override
  public void close() throws IOException {
    server.close();
    if (socket != null) {
      socket.close();
    }
  }
}
