internal import CCurl

/// The library as a whole.
enum CurlLibrary {
    /// curl_global_init(3), once for the process, at the first use: a program that fetches nothing does not pay for it.
    static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
