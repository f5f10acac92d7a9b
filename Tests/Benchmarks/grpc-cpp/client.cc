// Load from C++: keeps CONNECTIONS × CONCURRENCY calls under way on gRPC's callback API and prints one JSON line.
// Usage: client PORT unary|large|chat CONNECTIONS CONCURRENCY WARM_UP_SECONDS SECONDS
//        client PORT check
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "hello.grpc.pb.h"

namespace {

using Clock = std::chrono::steady_clock;
using Stub = hello::Mappings::Stub;

constexpr char kProcessId[] = "6f1e2d3c-0000-4000-8000-000000000001";
constexpr char kChatText[] = "ship the order when it is paid";
constexpr size_t kLargeBytes = 1 << 20;

[[noreturn]] void Fail(const std::string& message) {
  std::cerr << "client: " << message << std::endl;
  std::_Exit(EXIT_FAILURE);
}

void Authorize(grpc::ClientContext* context) { context->AddMetadata("authorization", "Bearer benchmark"); }

// When to measure, and who is still at work.
class Run {
 public:
  Run(double warm_up, double seconds, int workers)
      : begin(Clock::now() + Duration(warm_up)), end(begin + Duration(seconds)), workers_(workers) {}

  void WorkerDone() {
    std::lock_guard<std::mutex> lock(mutex_);
    if (--workers_ == 0) done_.notify_one();
  }
  void Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return workers_ == 0; });
  }

  const Clock::time_point begin;
  const Clock::time_point end;

 private:
  static Clock::duration Duration(double seconds) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }
  std::mutex mutex_;
  std::condition_variable done_;
  int workers_;
};

// One call, or one message of a stream, under way at any time. gRPC calls back from one thread at a time for each.
class Worker {
 public:
  explicit Worker(Run* run) : run_(run) { latencies_.reserve(1 << 16); }
  virtual ~Worker() = default;
  virtual void Start() = 0;
  const std::vector<int64_t>& latencies() const { return latencies_; }

 protected:
  void Begin() { began_ = Clock::now(); }
  // Whether there is to be another one.
  bool Ended() {
    const auto now = Clock::now();
    if (began_ >= run_->begin && now <= run_->end) latencies_.push_back((now - began_).count());
    return now < run_->end;
  }
  Run* const run_;

 private:
  Clock::time_point began_;
  std::vector<int64_t> latencies_;
};

class UnaryWorker final : public Worker {
 public:
  UnaryWorker(Run* run, Stub* stub) : Worker(run), stub_(stub) { request_.set_process_id(kProcessId); }
  void Start() override {
    context_.emplace();
    Authorize(&*context_);
    Begin();
    stub_->async()->Get(&*context_, &request_, &response_, [this](grpc::Status status) {
      if (!status.ok()) Fail(status.error_message());
      if (response_.stable_mapping_size() != 8) Fail("an answer without its mapping");
      if (Ended()) {
        Start();
      } else {
        run_->WorkerDone();
      }
    });
  }

 private:
  Stub* const stub_;
  std::optional<grpc::ClientContext> context_;
  hello::GetRequest request_;
  hello::GetResponse response_;
};

class LargeWorker final : public Worker {
 public:
  LargeWorker(Run* run, Stub* stub) : Worker(run), stub_(stub) { request_.set_process_id(kProcessId); }
  void Start() override {
    context_.emplace();
    Authorize(&*context_);
    Begin();
    stub_->async()->GetLarge(&*context_, &request_, &response_, [this](grpc::Status status) {
      if (!status.ok()) Fail(status.error_message());
      if (response_.content().size() != kLargeBytes) Fail("an answer of another size");
      if (Ended()) {
        Start();
      } else {
        run_->WorkerDone();
      }
    });
  }

 private:
  Stub* const stub_;
  std::optional<grpc::ClientContext> context_;
  hello::GetRequest request_;
  hello::LargeResponse response_;
};

class ChatWorker final : public Worker, public grpc::ClientBidiReactor<hello::ChatMessage, hello::ChatMessage> {
 public:
  ChatWorker(Run* run, Stub* stub) : Worker(run), stub_(stub) { sent_.set_text(kChatText); }
  void Start() override {
    Authorize(&context_);
    stub_->async()->Chat(&context_, this);
    Send();
    StartCall();
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return;  // The status tells.
    StartRead(&received_);
  }
  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (received_.text() != kChatText) Fail("a message that was not sent");
    if (Ended()) {
      Send();
    } else {
      StartWritesDone();
    }
  }
  void OnDone(const grpc::Status& status) override {
    if (!status.ok()) Fail(status.error_message());
    run_->WorkerDone();
  }

 private:
  void Send() {
    Begin();
    StartWrite(&sent_);
  }
  Stub* const stub_;
  grpc::ClientContext context_;
  hello::ChatMessage sent_;
  hello::ChatMessage received_;
};

std::unique_ptr<Stub> Connect(const std::string& port) {
  grpc::ChannelArguments arguments;
  // Channels to one address would share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  auto channel =
      grpc::CreateCustomChannel("ipv4:127.0.0.1:" + port, grpc::InsecureChannelCredentials(), arguments);
  if (!channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(10))) {
    Fail("nobody answers on port " + port);
  }
  return hello::Mappings::NewStub(channel);
}

std::unique_ptr<Worker> MakeWorker(const std::string& mode, Run* run, Stub* stub) {
  if (mode == "unary") return std::make_unique<UnaryWorker>(run, stub);
  if (mode == "large") return std::make_unique<LargeWorker>(run, stub);
  if (mode == "chat") return std::make_unique<ChatWorker>(run, stub);
  Fail(mode + " is not a mode");
}

void Print(const std::vector<std::unique_ptr<Worker>>& workers, double seconds) {
  std::vector<int64_t> all;
  for (const auto& worker : workers) {
    all.insert(all.end(), worker->latencies().begin(), worker->latencies().end());
  }
  if (all.empty()) Fail("no call ended in time");
  std::sort(all.begin(), all.end());
  const auto microseconds = [&all](double share) {
    return static_cast<double>(all[static_cast<size_t>(share * static_cast<double>(all.size() - 1))]) / 1000;
  };
  std::cout << "{\"calls\": " << all.size() << ", \"per_second\": " << static_cast<double>(all.size()) / seconds
            << ", \"p50_us\": " << microseconds(0.5) << ", \"p99_us\": " << microseconds(0.99) << "}" << std::endl;
}

// That a server answers as the others do: contents, sizes, the refusal of a call without its metadata.
void Check(const std::string& port) {
  const auto stub = Connect(port);
  hello::GetRequest request;
  request.set_process_id(kProcessId);
  request.set_version_number(7);
  {
    grpc::ClientContext context;
    Authorize(&context);
    hello::GetResponse response;
    const auto status = stub->Get(&context, request, &response);
    if (!status.ok()) Fail("Get: " + status.error_message());
    if (response.process_id() != kProcessId || response.version_number() != 7) Fail("Get: another process");
    const auto& mapping = response.stable_mapping();
    if (mapping.size() != 8 || !mapping.contains("expr_7") || mapping.at("expr_7") != "fact-0123456789abcdef-7") {
      Fail("Get: another mapping");
    }
  }
  {
    grpc::ClientContext context;
    Authorize(&context);
    hello::LargeResponse response;
    const auto status = stub->GetLarge(&context, request, &response);
    if (!status.ok()) Fail("GetLarge: " + status.error_message());
    if (response.content() != std::string(kLargeBytes, 'g')) Fail("GetLarge: another content");
  }
  {
    grpc::ClientContext context;
    Authorize(&context);
    const auto stream = stub->Chat(&context);
    for (int index = 0; index < 100; index++) {
      hello::ChatMessage sent, received;
      sent.set_text(std::to_string(index));
      if (!stream->Write(sent) || !stream->Read(&received)) Fail("Chat: the stream ended");
      if (received.text() != sent.text()) Fail("Chat: another message");
    }
    stream->WritesDone();
    const auto status = stream->Finish();
    if (!status.ok()) Fail("Chat: " + status.error_message());
  }
  {
    grpc::ClientContext context;
    hello::GetResponse response;
    const auto status = stub->Get(&context, request, &response);
    if (status.error_code() != grpc::StatusCode::UNAUTHENTICATED) Fail("Get without metadata was not refused");
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 2 && arguments[1] == "check") {
    Check(arguments[0]);
    return EXIT_SUCCESS;
  }
  if (arguments.size() != 6) {
    std::cerr << "Usage: client PORT unary|large|chat CONNECTIONS CONCURRENCY WARM_UP_SECONDS SECONDS\n"
                 "       client PORT check\n";
    return EXIT_FAILURE;
  }
  const int connections = std::stoi(arguments[2]);
  const int concurrency = std::stoi(arguments[3]);
  const double warm_up = std::stod(arguments[4]);
  const double seconds = std::stod(arguments[5]);

  std::vector<std::unique_ptr<Stub>> stubs;
  for (int index = 0; index < connections; index++) stubs.push_back(Connect(arguments[0]));
  Run run(warm_up, seconds, connections * concurrency);
  std::vector<std::unique_ptr<Worker>> workers;
  for (const auto& stub : stubs) {
    for (int index = 0; index < concurrency; index++) {
      workers.push_back(MakeWorker(arguments[1], &run, stub.get()));
    }
  }
  for (const auto& worker : workers) worker->Start();
  run.Wait();
  Print(workers, seconds);
}
