package io.ashlar.target.nvme;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A host for tests: blocking, byte by byte in the open, able to break every rule. One per queue.
// All buffers are allocated here, with arrays of their own; replies are looked at, never compared.
@SuppressWarnings({"ByteBufferBackingArray", "ArrayRecordComponent"})
final class TestHost implements AutoCloseable {
  static final int HEADER_DIGEST = 1;
  static final int DATA_DIGEST = 2;
  static final int SGL_TRANSPORT = 0x5A;
  static final int SGL_CAPSULE = 0x01;

  /// A completion, with the data that came for it.
  record Reply(int commandId, int status, long result, byte[] data, int sqHead) {
    /// Status type and code, without do-not-retry.
    int code() {
      return status >>> 1 & 0x7FF;
    }
  }

  /// A PDU as it came.
  record Pdu(int type, int flags, ByteBuffer header, byte[] data) {}

  private final Socket socket;
  private final OutputStream out;
  private final DataInputStream in;
  private int digests;
  private int nextCommandId = 1;
  final ArrayDeque<Pdu> seen = new ArrayDeque<>();

  TestHost(InetSocketAddress address) throws IOException {
    socket = new Socket();
    socket.connect(address, 10_000);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(20_000);
    out = socket.getOutputStream();
    in = new DataInputStream(socket.getInputStream());
  }

  static TestHost initialized(InetSocketAddress address, int digests) throws IOException {
    TestHost host = new TestHost(address);
    host.initialize(digests);
    return host;
  }

  /// A host whose admin queue is connected and whose controller is enabled.
  static TestHost admin(InetSocketAddress address, String subsystem, String hostNqn)
      throws IOException {
    TestHost host = initialized(address, 0);
    host.connectOk(0, 32, 0xFFFF, subsystem, hostNqn);
    host.enable();
    return host;
  }

  int controllerId;

  void connectOk(int queueId, int entries, int controller, String subsystem, String hostNqn)
      throws IOException {
    Reply reply = connect(queueId, entries, controller, subsystem, hostNqn);
    if (reply.code() != 0) {
      throw new AssertionError("connect failed: " + Integer.toHexString(reply.code()));
    }
    controllerId = (int) reply.result() & 0xFFFF;
  }

  /// Another queue of the same controller.
  TestHost ioQueue(
      InetSocketAddress address, int queueId, int entries, String subsystem, String hostNqn)
      throws IOException {
    TestHost host = initialized(address, digests);
    host.connectOk(queueId, entries, controllerId, subsystem, hostNqn);
    return host;
  }

  ByteBuffer initialize(int wantedDigests) throws IOException {
    ByteBuffer request = le(128);
    request.put(0, (byte) 0).put(2, (byte) 128).putInt(4, 128).put(11, (byte) wantedDigests);
    send(request.array());
    Pdu response = readPdu();
    if (response.type != 1) {
      throw new AssertionError("no ICResp but " + response.type);
    }
    digests = response.header.get(11);
    return response.header;
  }

  Reply connect(int queueId, int entries, int controller, String subsystem, String hostNqn)
      throws IOException {
    return command(connectEntry(queueId, entries), connectData(controller, subsystem, hostNqn));
  }

  ByteBuffer connectEntry(int queueId, int entries) {
    ByteBuffer sqe = fabrics(1);
    sqe.putShort(42, (short) queueId).putShort(44, (short) (entries - 1));
    sqe.put(46, (byte) 4).putInt(48, 60_000);
    return capsuleSgl(sqe, 1024);
  }

  static byte[] connectData(int controller, String subsystem, String hostNqn) {
    ByteBuffer data = le(1024);
    data.putLong(0, 0x1111).putLong(8, hostNqn.hashCode()).putShort(16, (short) controller);
    data.put(256, subsystem.getBytes(StandardCharsets.UTF_8));
    data.put(512, hostNqn.getBytes(StandardCharsets.UTF_8));
    return data.array();
  }

  void enable() throws IOException {
    Reply reply = command(propertySet(0x14, 0x0046_0001), null);
    if (reply.code() != 0) {
      throw new AssertionError("enable failed: " + Integer.toHexString(reply.code()));
    }
  }

  ByteBuffer propertySet(int offset, int value) {
    return fabrics(0).putInt(44, offset).putLong(48, value);
  }

  ByteBuffer propertyGet(int offset, int size) {
    return fabrics(4).putInt(40, size).putInt(44, offset);
  }

  ByteBuffer fabrics(int type) {
    return entry(0x7F).put(4, (byte) type);
  }

  /// An entry with a fresh command id and the SGL flag.
  ByteBuffer entry(int opcode) {
    ByteBuffer sqe = le(64);
    sqe.put(0, (byte) opcode).put(1, (byte) 0x40).putShort(2, (short) nextCommandId++);
    return sqe;
  }

  /// An I/O entry on namespace 1.
  ByteBuffer io(int opcode, long lba, int blocks) {
    return entry(opcode).putInt(4, 1).putLong(40, lba).putShort(48, (short) (blocks - 1));
  }

  static ByteBuffer capsuleSgl(ByteBuffer sqe, int length) {
    return sqe.putInt(32, length).put(39, (byte) SGL_CAPSULE);
  }

  static ByteBuffer transportSgl(ByteBuffer sqe, int length) {
    return sqe.putInt(32, length).put(39, (byte) SGL_TRANSPORT);
  }

  Reply read(long lba, int blocks, int blockBytes) throws IOException {
    return command(transportSgl(io(2, lba, blocks), blocks * blockBytes), null);
  }

  Reply writeInCapsule(long lba, int blocks, byte[] data) throws IOException {
    return command(capsuleSgl(io(1, lba, blocks), data.length), data);
  }

  /// Writes by R2T.
  Reply write(long lba, int blocks, byte[] data) throws IOException {
    ByteBuffer sqe = transportSgl(io(1, lba, blocks), data.length);
    sendCommand(sqe, null);
    return answerTransfers(sqe, data);
  }

  /// Sends data as R2Ts ask for it until the command's reply comes.
  Reply answerTransfers(ByteBuffer sqe, byte[] data) throws IOException {
    while (true) {
      Pdu pdu = readPdu();
      if (pdu.type == 9) {
        int from = pdu.header.getInt(12);
        int length = pdu.header.getInt(16);
        byte[] part = new byte[length];
        System.arraycopy(data, from, part, 0, length);
        sendData(pdu.header.getShort(8), pdu.header.getShort(10), from, part, 4);
      } else {
        seen.addFirst(pdu);
        return awaitReply(sqe.getShort(2) & 0xFFFF);
      }
    }
  }

  Reply command(ByteBuffer sqe, byte @Nullable [] capsuleData) throws IOException {
    sendCommand(sqe, capsuleData);
    return awaitReply(sqe.getShort(2) & 0xFFFF);
  }

  void sendCommand(ByteBuffer sqe, byte @Nullable [] capsuleData) throws IOException {
    send(commandPdu(sqe, capsuleData));
  }

  byte[] commandPdu(ByteBuffer sqe, byte @Nullable [] data) {
    return pdu(4, 0, le(72).put(8, sqe.array()), data);
  }

  void sendData(int commandId, int tag, int offset, byte[] data, int flags) throws IOException {
    send(dataPdu(commandId, tag, offset, data, flags));
  }

  byte[] dataPdu(int commandId, int tag, int offset, byte[] data, int flags) {
    ByteBuffer header = le(24).putShort(8, (short) commandId).putShort(10, (short) tag);
    header.putInt(12, offset).putInt(16, data.length);
    return pdu(6, flags, header, data);
  }

  /// Lays a PDU out, with digests if they are on.
  byte[] pdu(int type, int flags, ByteBuffer header, byte @Nullable [] data) {
    int hlen = header.capacity();
    boolean hasHeaderDigest = (digests & HEADER_DIGEST) != 0;
    boolean hasDataDigest = data != null && (digests & DATA_DIGEST) != 0;
    int headBytes = hlen + (hasHeaderDigest ? 4 : 0);
    int length = headBytes + (data == null ? 0 : data.length) + (hasDataDigest ? 4 : 0);
    int allFlags = flags | (hasHeaderDigest ? 1 : 0) | (hasDataDigest ? 2 : 0);
    header.put(0, (byte) type).put(1, (byte) allFlags).put(2, (byte) hlen);
    header.put(3, (byte) (data == null ? 0 : headBytes)).putInt(4, length);
    ByteBuffer pdu = le(length);
    pdu.put(header.array());
    if (hasHeaderDigest) {
      pdu.putInt(crc(header.array()));
    }
    if (data != null) {
      pdu.put(data);
    }
    if (data != null && hasDataDigest) {
      pdu.putInt(crc(data));
    }
    return pdu.array();
  }

  static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length);
    return (int) crc.getValue();
  }

  void send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /// Sends one byte at a time.
  void dribble(byte[] bytes) throws IOException {
    for (byte one : bytes) {
      out.write(one);
      out.flush();
    }
  }

  /// The reply to a command, and the data before it; other commands' PDUs are kept for later.
  Reply awaitReply(int commandId) throws IOException {
    byte[] data = new byte[0];
    ArrayDeque<Pdu> others = new ArrayDeque<>();
    try {
      while (true) {
        Pdu pdu = seen.isEmpty() ? readPdu() : seen.remove();
        int pduCommand = commandIdOf(pdu);
        if (pduCommand != commandId) {
          others.add(pdu);
        } else if (pdu.type == 7) {
          data = pdu.data;
          if ((pdu.flags & 8) != 0) {
            return new Reply(commandId, 0, 0, data, 0xFFFF);
          }
        } else if (pdu.type == 5) {
          return replyOf(pdu, data);
        } else {
          others.add(pdu);
        }
      }
    } finally {
      others.addAll(seen);
      seen.clear();
      seen.addAll(others);
    }
  }

  private static int commandIdOf(Pdu pdu) {
    return switch (pdu.type) {
      case 5 -> pdu.header.getShort(8 + 12) & 0xFFFF;
      case 7, 9 -> pdu.header.getShort(8) & 0xFFFF;
      default -> throw new AssertionError("unexpected PDU type " + pdu.type + " " + pdu.header);
    };
  }

  static Reply replyOf(Pdu pdu, byte[] data) {
    ByteBuffer h = pdu.header;
    return new Reply(
        h.getShort(20) & 0xFFFF, h.getShort(22) & 0xFFFF, h.getLong(8), data, h.getShort(16));
  }

  /// The next PDU, its digests checked.
  Pdu readPdu() throws IOException {
    byte[] common = in.readNBytes(8);
    if (common.length < 8) {
      throw new EOFException();
    }
    int hlen = common[2] & 0xFF;
    int pdo = common[3] & 0xFF;
    ByteBuffer header = le(hlen).put(0, common);
    int length = header.getInt(4);
    int flags = common[1];
    header.put(8, in.readNBytes(hlen - 8));
    int at = hlen;
    if ((flags & 1) != 0) {
      check(crc(header.array()), "header");
      at += 4;
    }
    boolean hasDataDigest = (flags & 2) != 0;
    if (pdo > at) {
      in.readNBytes(pdo - at);
      at = pdo;
    }
    byte[] data = in.readNBytes(length - at - (hasDataDigest ? 4 : 0));
    if (hasDataDigest) {
      check(crc(data), "data");
    }
    return new Pdu(common[0], flags, header, data);
  }

  private void check(int expected, String what) throws IOException {
    int actual = Integer.reverseBytes(in.readInt());
    if (actual != expected) {
      throw new AssertionError(what + " digest is wrong");
    }
  }

  /// Reads until the target hangs up.
  ///
  /// @return the last PDU before, or null
  @Nullable Pdu drain() throws IOException {
    Pdu last = null;
    try {
      while (true) {
        last = readPdu();
      }
    } catch (EOFException | java.net.SocketException hungUp) {
      return last;
    }
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  static ByteBuffer le(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
