package io.ashlar.control;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/// Requests over TCP, by the JDK's client.
final class TcpExchange implements Exchange {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
  private final URI base;

  TcpExchange(URI base) {
    this.base = base;
  }

  @Override
  public Answer exchange(Ask ask) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(ask.path())).timeout(ControlClient.ANSWER_TIMEOUT);
    if (ask.token() != null) {
      request.header("Authorization", "Bearer " + ask.token());
    }
    byte[] body = ask.body();
    if (body == null) {
      request.method(ask.method(), BodyPublishers.noBody());
    } else {
      request.header("Content-Type", "application/json");
      request.method(ask.method(), BodyPublishers.ofByteArray(body));
    }
    HttpResponse<byte[]> answer = http.send(request.build(), BodyHandlers.ofByteArray());
    return new Answer(
        answer.statusCode(), answer.headers().firstValue("Content-Type").orElse(""), answer.body());
  }

  @Override
  public void close() {
    http.close();
  }
}
