package io.ashlar.control;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// One way to bring a request to a node and its answer back.
interface Exchange extends AutoCloseable {
  /// @param path with a leading slash, encoded
  /// @param token the bearer token; null to go without
  /// @param body JSON; null for none
  @SuppressWarnings("ArrayRecordComponent") // bytes on their way, never compared
  record Ask(String method, String path, @Nullable String token, byte @Nullable [] body) {}

  /// @param status the HTTP status
  /// @param contentType its media type; empty if it says none
  @SuppressWarnings("ArrayRecordComponent") // bytes on their way, never compared
  record Answer(int status, String contentType, byte[] body) {}

  /// Waits for the answer.
  ///
  /// @throws IOException if nobody answers
  Answer exchange(Ask ask) throws IOException, InterruptedException;

  @Override
  void close();
}
