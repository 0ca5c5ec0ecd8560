package io.ashlar.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Requests over a socket in the file system, which the JDK's HTTP client does not know. HTTP/1.0
/// (RFC 1945) is all that it takes: one request, and an answer that ends with the connection.
final class SocketExchange implements Exchange {
  private static final int READ_BYTES = 16 * 1024;

  private final Path socket;

  SocketExchange(Path socket) {
    this.socket = socket;
  }

  @Override
  public Answer exchange(Ask ask) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      ByteBuffer request = ByteBuffer.wrap(requestOf(ask));
      while (request.hasRemaining()) {
        channel.write(request);
      }
      return SocketAnswer.parse(readToTheEnd(channel));
    }
  }

  private static byte[] requestOf(Ask ask) {
    byte[] body = ask.body() == null ? new byte[0] : ask.body();
    StringBuilder head = new StringBuilder();
    head.append(ask.method()).append(' ').append(ask.path()).append(" HTTP/1.0\r\n");
    head.append("Host: localhost\r\n");
    if (ask.token() != null) {
      head.append("Authorization: Bearer ").append(ask.token()).append("\r\n");
    }
    if (ask.body() != null) {
      head.append("Content-Type: application/json\r\n");
    }
    head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(head.toString().getBytes(StandardCharsets.US_ASCII));
    request.writeBytes(body);
    return request.toByteArray();
  }

  private static byte[] readToTheEnd(SocketChannel channel) throws IOException {
    long deadlineNs = System.nanoTime() + ControlClient.ANSWER_TIMEOUT.toNanos();
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    ByteBuffer piece = ByteBuffer.allocate(READ_BYTES);
    channel.configureBlocking(false);
    try (Selector readable = Selector.open()) {
      SelectionKey _ = channel.register(readable, SelectionKey.OP_READ);
      while (channel.read(piece) >= 0) {
        if (piece.position() == 0) {
          await(readable, deadlineNs);
        }
        answer.write(piece.array(), 0, piece.position());
        piece.clear();
        if (answer.size() > SocketAnswer.BYTES_MAX) {
          throw new IOException("the answer does not end");
        }
      }
    }
    return answer.toByteArray();
  }

  private static void await(Selector readable, long deadlineNs) throws IOException {
    long restMs = (deadlineNs - System.nanoTime()) / 1_000_000;
    if (restMs <= 0) {
      throw new SocketTimeoutException("no answer");
    }
    int _ = readable.select(restMs);
    readable.selectedKeys().clear();
  }

  @Override
  public void close() {}
}
