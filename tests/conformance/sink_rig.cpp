// SPDX-License-Identifier: Apache-2.0
#include "sink_rig.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <mosquitto.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace arete {
namespace {

constexpr const char* kBroker = "/usr/sbin/mosquitto";

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A socket that is bound to a port of this machine; 0 = any.
int bound_socket(int& port) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address = loopback(port);
  ::bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  socklen_t size = sizeof address;
  ::getsockname(made, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return made;
}

bool somebody_listens(int port) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const bool open =
      ::connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(made);
  return open;
}

}  // namespace

int free_port() {
  int port = 0;
  ::close(bound_socket(port));
  return port;
}

RealBroker::RealBroker() : port_(free_port()) {
  std::string pattern = (std::filesystem::temp_directory_path() / "arete-broker-XXXXXX").native();
  folder_ = ::mkdtemp(pattern.data());
  std::ofstream(folder_ / "broker.conf")
      << "listener " << port_ << " 127.0.0.1\nallow_anonymous true\npersistence true\n"
      << "persistence_location " << folder_.native() << "/\nmax_queued_messages 100000\n"
      << "log_dest file " << (folder_ / "log").native() << "\nuser root\n";
}

RealBroker::~RealBroker() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

bool RealBroker::is_installed() { return ::access(kBroker, X_OK) == 0; }

bool RealBroker::start() {
  std::string program = kBroker;
  std::string option = "-c";
  std::string file = (folder_ / "broker.conf").native();
  const std::array<char*, 4> arguments{program.data(), option.data(), file.data(), nullptr};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 2, (folder_ / "errors").c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const int failed = ::posix_spawn(&pid_, kBroker, &actions, nullptr, arguments.data(), ::environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    pid_ = 0;
    return false;
  }
  // It has no way to say that it is ready.
  SystemClock clock;
  const Nanoseconds deadline = clock.monotonic() + std::chrono::seconds(20);
  while (!somebody_listens(port_)) {
    if (clock.monotonic() > deadline || ::waitpid(pid_, nullptr, WNOHANG) == pid_) {
      return false;
    }
    ::poll(nullptr, 0, 10);
  }
  return true;
}

void RealBroker::stop() {
  if (pid_ > 0) {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
}

Listener::Listener(int port) {
  mosquitto_lib_init();
  handle_ = mosquitto_new("listener", false, this);
  mosquitto_connect_callback_set(
      handle_, [](mosquitto* handle, void*, int) { mosquitto_subscribe(handle, nullptr, "#", 1); });
  mosquitto_subscribe_callback_set(handle_, [](mosquitto*, void* self, int, int, const int*) {
    auto& listener = *static_cast<Listener*>(self);
    const std::lock_guard lock(listener.mutex_);
    listener.ready_ = true;
    listener.changed_.notify_all();
  });
  mosquitto_message_callback_set(
      handle_, [](mosquitto*, void* self, const mosquitto_message* message) {
        auto& listener = *static_cast<Listener*>(self);
        const std::lock_guard lock(listener.mutex_);
        listener.heard_.push_back({message->topic,
                                   std::string(static_cast<const char*>(message->payload),
                                               static_cast<std::size_t>(message->payloadlen)),
                                   message->retain});
        listener.changed_.notify_all();
      });
  mosquitto_reconnect_delay_set(handle_, 1, 1, false);
  mosquitto_connect(handle_, "127.0.0.1", port, 30);
  mosquitto_loop_start(handle_);
}

Listener::~Listener() {
  mosquitto_loop_stop(handle_, true);
  mosquitto_destroy(handle_);
}

bool Listener::is_ready(Nanoseconds most) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, most, [&] { return ready_; });
}

std::vector<Listener::Heard> Listener::wait_for(std::size_t messages, Nanoseconds most) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, most, [&] { return heard_.size() >= messages; });
  return heard_;
}

ScriptedServer::ScriptedServer(std::vector<int> statuses)
    : statuses_(std::move(statuses)), socket_(bound_socket(port_)) {
  ::listen(socket_, 16);
  thread_ = std::thread([this] { work(); });
}

ScriptedServer::~ScriptedServer() {
  stop_ = true;
  ::shutdown(socket_, SHUT_RDWR);
  thread_.join();
  ::close(socket_);
}

std::string ScriptedServer::url() const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/hook";
}

std::vector<std::string> ScriptedServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void ScriptedServer::work() {
  while (!stop_) {
    const int connection = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection >= 0) {
      answer(connection);
      ::close(connection);
    }
  }
}

void ScriptedServer::answer(int connection) {
  std::string request;
  std::array<char, 4096> buffer{};
  while (true) {
    const std::size_t head = request.find("\r\n\r\n");
    if (head != std::string::npos) {
      const std::size_t length = request.find("Content-Length: ");
      const std::size_t wanted =
          length == std::string::npos ? 0 : std::stoul(request.substr(length + 16));
      if (request.size() >= head + 4 + wanted) {
        break;
      }
    }
    const ssize_t got = ::recv(connection, buffer.data(), buffer.size(), 0);
    if (got <= 0) {
      return;
    }
    request.append(buffer.data(), static_cast<std::size_t>(got));
  }
  int status = 0;
  {
    const std::lock_guard lock(mutex_);
    status = statuses_[std::min(requests_.size(), statuses_.size() - 1)];
    requests_.push_back(request);
  }
  if (status == 0) {
    // Until the other side gives up.
    while (!stop_ && ::recv(connection, buffer.data(), buffer.size(), 0) > 0) {
    }
    return;
  }
  const std::string text = "HTTP/1.1 " + std::to_string(status) +
                           " X\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
  ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
}

}  // namespace arete
