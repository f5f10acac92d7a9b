"""gRPC's test service on gRPC Python, for clients of ours."""
import concurrent.futures
import contextlib
import threading

import grpc

STATUS = {code.value[0]: code for code in grpc.StatusCode}


def make_service(api):
    messages = api.messages

    class TestService(api.services.TestServiceServicer):
        def __init__(self):
            self.cancelled_calls = 0
            self.lock = threading.Lock()

        def EmptyCall(self, request, context):
            return api.Empty()

        def UnaryCall(self, request, context):
            self.echo(context)
            self.end_with_status(request, context)
            if request.HasField("response_compressed"):
                self.choose_compression(request.response_compressed.value, context)
            if any(key == "x-interop-report" for key, _ in context.invocation_metadata()):
                context.set_trailing_metadata([("x-interop-cancelled", str(self.cancelled_calls))])
            return messages.SimpleResponse(payload=zeros(request.response_size))

        def StreamingOutputCall(self, request, context):
            wanted = [each.compressed.value for each in request.response_parameters if each.HasField("compressed")]
            if wanted:
                self.choose_compression(any(wanted), context)
            with self.watched(context) as ended:
                self.echo(context)
                yield from self.answer(request, context, ended)

        def StreamingInputCall(self, requests, context):
            with self.watched(context):
                self.echo(context)
                size = sum(len(request.payload.body) for request in requests)
                return messages.StreamingInputCallResponse(aggregated_payload_size=size)

        def FullDuplexCall(self, requests, context):
            with self.watched(context) as ended:
                self.echo(context)
                for request in requests:
                    yield from self.answer(request, context, ended)

        def HalfDuplexCall(self, requests, context):
            with self.watched(context) as ended:
                for request in list(requests):
                    yield from self.answer(request, context, ended)

        def answer(self, request, context, ended):
            self.end_with_status(request, context)
            for parameters in request.response_parameters:
                if ended.wait(parameters.interval_us / 1e6):
                    return
                if parameters.HasField("compressed") and not parameters.compressed.value:
                    context.disable_next_message_compression()
                yield messages.StreamingOutputCallResponse(payload=zeros(parameters.size))

        @contextlib.contextmanager
        def watched(self, context):
            """An event for the end of the call; counts calls that end before their handler."""
            ended = threading.Event()
            handled = threading.Event()

            def on_end():
                if not handled.is_set():
                    with self.lock:
                        self.cancelled_calls += 1
                ended.set()

            context.add_callback(on_end)
            try:
                yield ended
                handled.set()
            except Exception:
                handled.set()
                raise

        @staticmethod
        def choose_compression(compressed, context):
            # Before the initial metadata goes out, which says so.
            if compressed:
                context.set_compression(grpc.Compression.Gzip)
            else:
                context.disable_next_message_compression()

        @staticmethod
        def echo(context):
            metadata = context.invocation_metadata()
            context.set_trailing_metadata([each for each in metadata if each[0] == "x-grpc-test-echo-trailing-bin"])
            initial = [each for each in metadata if each[0] == "x-grpc-test-echo-initial"]
            if initial:
                context.send_initial_metadata(initial)

        @staticmethod
        def end_with_status(request, context):
            if request.HasField("response_status") and request.response_status.code:
                context.abort(STATUS[request.response_status.code], request.response_status.message)

    def zeros(size):
        return messages.Payload(body=bytes(size))

    return TestService()


def start(api, port=0, *options):
    """A running server and its port, which several servers may share."""
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=64), options=options)
    api.services.add_TestServiceServicer_to_server(make_service(api), server)
    port = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, port


@contextlib.contextmanager
def running(api, *options):
    """Serves while the body runs, and gives the port."""
    server, port = start(api, 0, *options)
    try:
        yield port
    finally:
        server.stop(grace=None).wait()
