"""Health and reflection, asked by clients that nobody here wrote."""
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from google.protobuf.descriptor_pool import DescriptorPool

from conftest import channel, setting

SERVICES = [
    ("GRIMOIRE_PROCESSES_ADDRESS", "grimoire.v1.ProcessManager", "CreateProcess"),
    ("GRIMOIRE_MAPPINGS_ADDRESS", "grimoire.v1.ProcessMappings", "GetProcessMapping"),
]


@pytest.mark.parametrize("address, service, method", SERVICES)
def test_health_knows_the_process_and_its_service(address, service, method):
    with channel(setting(address)) as opened:
        stub = health_pb2_grpc.HealthStub(opened)
        for name in ("", service):
            answer = stub.Check(health_pb2.HealthCheckRequest(service=name))
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
        with pytest.raises(Exception) as caught:
            stub.Check(health_pb2.HealthCheckRequest(service="nobody"))
        assert caught.value.code().name == "NOT_FOUND"
        watch = stub.Watch(health_pb2.HealthCheckRequest(service=service))
        assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
        watch.cancel()


@pytest.mark.parametrize("address, service, method", SERVICES)
def test_reflection_lists_and_describes_the_services(address, service, method):
    with channel(setting(address)) as opened:
        database = ProtoReflectionDescriptorDatabase(opened)
        assert service in database.get_services()
        described = DescriptorPool(database).FindServiceByName(service)
        assert method in described.methods_by_name
        fields = described.methods_by_name[method].input_type.fields_by_name
        assert "process_id" in fields or "name" in fields
