package io.ashlar.daemon.loop;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.base.Clock;
import io.ashlar.core.base.ShardAgent;
import io.ashlar.nvme.local.LocalBlockDevice;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One shard's thread. Agents, devices and channels that are given to it are touched by this thread
/// alone; everybody else asks through [#call] and [#ask].
public final class ShardLoop implements AutoCloseable {
  private static final EpollIoOps EDGE_READABLE = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLET);
  private static final int STOP_SECONDS_MAX = 10;

  private final ShardAgents agents;
  private final WatchedDevices devices = new WatchedDevices();
  private final Map<LocalBlockDevice, IoRegistration> registrations = new HashMap<>();
  private final EventLoopGroup group;
  private final boolean usesEpoll;

  /// Starts the thread.
  ///
  /// @param name the thread's name
  /// @param clock the machine's time
  /// @param spinNs how long to look for work before sleeping
  /// @param onFailure runs on the shard's thread if an agent throws or [#fail] is called; no agent
  ///   gets a turn afterwards
  public ShardLoop(String name, Clock clock, long spinNs, Consumer<Throwable> onFailure) {
    this.agents = new ShardAgents(onFailure);
    this.usesEpoll = Epoll.isAvailable();
    IoHandlerFactory sockets = usesEpoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    this.group =
        new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory(name),
            executor ->
                new ShardIoHandler(sockets.newHandler(executor), agents, devices, clock, spinNs));
  }

  /// The loop, for channels.
  public EventLoop eventLoop() {
    return group.next();
  }

  /// What to listen with: the transport that the loop polls.
  public Class<? extends ServerSocketChannel> serverChannelType() {
    return usesEpoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /// Gives an agent its turns from now on. On the shard's thread.
  public void add(ShardAgent agent) {
    agents.add(agent);
  }

  /// Takes an agent's turns away. On the shard's thread.
  public void remove(ShardAgent agent) {
    agents.remove(agent);
  }

  /// Lets a disk's completions end the loop's sleep. On the shard's thread.
  public void watch(LocalBlockDevice device) {
    int eventFd = device.eventFd();
    if (eventFd == LocalBlockDevice.NO_EVENT_FD) {
      device.wakeUpBy(() -> eventLoop().execute(() -> {}));
      devices.add(device, true);
    } else if (usesEpoll) {
      IoRegistration registration =
          ((IoEventLoop) eventLoop()).register(new EventFdHandle(eventFd)).getNow();
      if (registration == null) {
        throw new IllegalStateException("an eventfd is registered at once on the loop's thread");
      }
      registration.submit(EDGE_READABLE);
      registrations.put(device, registration);
      devices.add(device, true);
    } else {
      devices.add(device, false);
    }
  }

  /// Forgets a disk, before it is closed. On the shard's thread.
  public void unwatch(LocalBlockDevice device) {
    devices.remove(device);
    IoRegistration registration = registrations.remove(device);
    if (registration != null) {
      registration.cancel();
    }
  }

  /// Runs something on the shard's thread and waits for its result. Never from that thread.
  public <T extends @Nullable Object> T call(Callable<T> action) {
    return this.<T>ask(answer -> {
      try {
        answer.complete(action.call());
      } catch (Exception failure) {
        refuse(answer, failure);
      }
    });
  }

  /// Stops the shard: something that it runs found itself broken. On the shard's thread.
  public void fail(Throwable broken) {
    agents.fail(broken);
  }

  /// Whether something that the shard runs found itself broken. Any thread may ask.
  public boolean isFailed() {
    return agents.isFailed();
  }

  /// A sentence is an answer; a failed check or an error is the shard's end.
  private void refuse(CompletableFuture<?> answer, Throwable failure) {
    try {
      if (failure instanceof CheckFailedException || failure instanceof Error) {
        fail(failure);
      }
    } finally {
      answer.completeExceptionally(failure);
    }
  }

  /// Runs a question on the shard's thread and waits until its answer is completed, then or later.
  /// Never from that thread.
  public <T extends @Nullable Object> T ask(Consumer<CompletableFuture<T>> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    eventLoop()
        .execute(() -> {
          try {
            question.accept(answer);
          } catch (RuntimeException | Error failure) {
            refuse(answer, failure);
          }
        });
    try {
      return answer.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof RuntimeException sentence) {
        throw sentence;
      }
      throw failed;
    }
  }

  /// Ends the thread; agents get no more turns and channels are closed.
  @Override
  public void close() {
    boolean _ =
        group
            .shutdownGracefully(0, STOP_SECONDS_MAX, TimeUnit.SECONDS)
            .awaitUninterruptibly(STOP_SECONDS_MAX, TimeUnit.SECONDS);
  }
}
